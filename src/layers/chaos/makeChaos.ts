/** The live {@link Chaos}: what begins, watches and rolls back experiments. All times are real time, whatever the scenario's clock says. */
import { Clock, Effect, Fiber, type Scope } from "effect"
import type { ChaosEnd, ChaosReport, ConditionCheck } from "../../domain/api/chaos.ts"
import { type Condition, conditionText, type Experiment, targetText, unfit } from "../../domain/chaos/Experiment.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { type ActiveFault, ActiveFaults } from "./ActiveFaults.ts"
import type { Chaos, SteadyStateProbe } from "./Chaos.ts"
import { ChaosRefused } from "./ChaosRefused.ts"
import type { Pressure } from "./pressure.ts"

/** A controller that was not heard of for so long is gone. */
export const leaseMillis = 5000
const mostReports = 50

interface Running {
  readonly active: ActiveFault
  readonly startedAt: number
  readonly before: ReadonlyArray<ConditionCheck>
  during: ReadonlyArray<ConditionCheck>
  heardAt: number
  readonly release: Effect.Effect<unknown>
}

export const makeChaos = (pressure: Pressure): Effect.Effect<typeof Chaos["Service"], never, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const faults = yield* ActiveFaults
    const scope = yield* Effect.scope
    const running = new Map<string, Running>()
    let past: Array<ChaosReport> = []
    let probe: SteadyStateProbe | undefined
    let count = 0
    const now = () => clock.currentTimeMillisUnsafe()
    const look = (conditions: ReadonlyArray<Condition>): ReadonlyArray<ConditionCheck> =>
      conditions.map((condition) =>
        probe?.check(condition) ?? { condition: conditionText(condition), holds: false, value: null }
      )
    const reportOf = ({ active, before, during, startedAt }: Running): ChaosReport => ({
      id: active.id,
      experiment: active.experiment,
      startedAt: format(startedAt),
      endedAt: null,
      end: null,
      struck: active.struck,
      before,
      during,
      recoveredAt: null
    })

    const rollBack = (id: string, end: ChaosEnd) =>
      Effect.suspend(() => {
        const experiment = running.get(id)
        if (experiment === undefined) return Effect.void
        running.delete(id)
        faults.remove(id)
        const report: ChaosReport = { ...reportOf(experiment), endedAt: format(now()), end }
        past = [report, ...past].slice(0, mostReports)
        const { name, target } = experiment.active.experiment
        return Effect.andThen(
          experiment.release,
          Effect.logWarning(`chaos: ${name} on ${targetText(target)} is rolled back: ${end}, ${report.struck} struck`)
        )
      })

    const recovered = () => {
      past = past.map((report) =>
        report.recoveredAt === null && report.end !== "shutdown" &&
          look(report.experiment.steadyState).every(({ holds }) => holds)
          ? { ...report, recoveredAt: format(now()) }
          : report
      )
    }
    /** Only the newest reports are still waited for. */
    const awaits = () => past.some(({ endedAt, recoveredAt }) => recoveredAt === null && endedAt !== null)

    const tick = Effect.gen(function*() {
      const at = now()
      for (const [id, experiment] of running) {
        const { active: { experiment: { radius, steadyState } }, heardAt, startedAt } = experiment
        experiment.during = look(steadyState)
        if (experiment.during.some(({ holds }) => !holds)) yield* rollBack(id, "breached")
        else if (at - startedAt >= radius.seconds * 1000) yield* rollBack(id, "completed")
        else if (at - heardAt > leaseMillis) yield* rollBack(id, "controller-lost")
      }
      if (awaits()) recovered()
    })
    yield* Effect.forkScoped(
      Effect.forever(Effect.andThen(Effect.sleep("500 millis"), tick)).pipe(Effect.provideService(Clock.Clock, clock))
    )
    const all = (end: ChaosEnd) =>
      Effect.forEach(Array.from(running.keys()), (id) => rollBack(id, end), { discard: true })
    yield* Effect.addFinalizer(() => all("shutdown"))

    const begin = (experiment: Experiment): Effect.Effect<ChaosReport, ChaosRefused> =>
      Effect.gen(function*() {
        const problem = unfit(experiment, probe?.stages() ?? [])
        if (problem !== undefined) return yield* new ChaosRefused({ reason: "Unfit", message: problem })
        const target = targetText(experiment.target)
        if (running.values().some(({ active }) => targetText(active.experiment.target) === target)) {
          return yield* new ChaosRefused({
            reason: "Busy",
            message: `${target} is struck already: one fault at a time`
          })
        }
        const before = look(experiment.steadyState)
        const broken = before.filter(({ holds }) => !holds)
        if (broken.length > 0) {
          return yield* new ChaosRefused({
            reason: "NotSteady",
            message: `the steady state does not hold before the experiment: ${
              broken.map(({ condition, value }) => `${condition} (is ${value ?? "unknown"})`).join("; ")
            }`
          })
        }
        const at = now()
        const id = `${experiment.name}-${++count}`
        const active: ActiveFault = { id, experiment, struck: 0 }
        yield* Effect.logWarning(
          `chaos: ${experiment.name}: ${experiment.fault._tag} on ${target} for ${experiment.radius.seconds} s`
        )
        faults.add(active)
        const pressing = yield* Effect.forkIn(Effect.provideService(pressure(active), Clock.Clock, clock), scope)
        const entry: Running = {
          active,
          startedAt: at,
          before,
          during: before,
          heardAt: at,
          release: Fiber.interrupt(pressing)
        }
        running.set(id, entry)
        return reportOf(entry)
      })

    return {
      answer: () => ({ enabled: true, active: Array.from(running.values(), reportOf), past }),
      watchWith: (of) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            probe = of
          }),
          () =>
            Effect.andThen(
              all("shutdown"),
              Effect.sync(() => {
                probe = undefined
              })
            )
        ),
      run: begin,
      heartbeat: (id) =>
        Effect.sync(() => {
          const entry = running.get(id)
          if (entry === undefined) return past.find((report) => report.id === id)
          entry.heardAt = now()
          return reportOf(entry)
        }),
      stop: (id) =>
        Effect.andThen(
          rollBack(id, "stopped"),
          Effect.sync(() => past.find((report) => report.id === id))
        )
    }
  })
