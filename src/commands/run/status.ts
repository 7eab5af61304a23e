/**
 * What a run shows while it runs: a block that is redrawn on a terminal, plain lines elsewhere. All on standard error, by the real clock: with a
 * scenario's clock a second may be anything.
 */
import { Clock, Console, Effect } from "effect"
import type { StageCounts } from "../../layers/stage/StageRegistry.ts"
import { openAlerts } from "./openAlerts.ts"
import type { Progress } from "./Progress.ts"
import type { Screen } from "./screen.ts"
import { alertLine, plainLine, type Rates, statusLines } from "./statusText.ts"

const over = (amount: number, span: number): number => span > 0 ? amount / span : 0

/** Rates between two looks. Stages measure how long they are at work by the clock of the run, whose time is `runNanos`. */
export const makeRates = () => {
  let before = new Map<string, Pick<StageCounts, "in" | "busyNanos">>()
  let lastReal: bigint | undefined
  let lastRun: bigint | undefined
  return ({ stages }: Pick<Progress, "stages">, realNanos: bigint, runNanos: bigint): Rates => {
    const seconds = lastReal === undefined ? 0 : Number(realNanos - lastReal) / 1e9
    const run = lastRun === undefined ? 0 : Number(runNanos - lastRun)
    const rates: Rates = {
      perSecond: new Map(
        stages.map(([stage, counts]) => [stage, over(counts.in - (before.get(stage)?.in ?? 0), seconds)])
      ),
      // An array is counted when it is done: what it took before the last look counts in this one.
      busy: new Map(stages.map(([stage, { busyNanos }]) => {
        const nanos = busyNanos - (before.get(stage)?.busyNanos ?? 0)
        return [stage, Math.min(1, over(nanos, run))]
      }))
    }
    before = new Map(stages.map(([stage, { busyNanos, in: into }]) => [stage, { in: into, busyNanos }]))
    lastReal = realNanos
    lastRun = runNanos
    return rates
  }
}

/** Redraws once a second; the last state stays on the screen. */
export const onTerminal = (screen: Screen, real: Clock.Clock) =>
  Effect.fnUntraced(function*(progress: () => Progress) {
    const run = yield* Clock.Clock
    const rates = makeRates()
    return yield* Effect.sync(() => {
      const now = progress()
      const current = rates(now, real.monotonicTimeNanosUnsafe(), run.monotonicTimeNanosUnsafe())
      screen.draw(statusLines(now, current, screen.rows()))
    }).pipe(
      Effect.andThen(Effect.sleep("1 second")),
      Effect.forever,
      Effect.provideService(Clock.Clock, real),
      Effect.ensuring(Effect.sync(screen.leave))
    )
  })

const lineEverySeconds = 10

/** A line every ten seconds, and one for each new alert within a second. */
export const asLines = (real: Clock.Clock) =>
  Effect.fnUntraced(function*(progress: () => Progress) {
    const shown = new Set<string>()
    let seconds = 0
    return yield* Effect.suspend(() => {
      const now = progress()
      const fresh = openAlerts(now.alerts).filter(({ alertId }) => !shown.has(alertId))
      for (const { alertId } of fresh) shown.add(alertId)
      const lines = [...(seconds++ % lineEverySeconds === 0 ? [plainLine(now)] : []), ...fresh.map(alertLine)]
      return lines.length === 0 ? Effect.void : Console.error(lines.join("\n"))
    }).pipe(Effect.andThen(Effect.sleep("1 second")), Effect.forever, Effect.provideService(Clock.Clock, real))
  })
