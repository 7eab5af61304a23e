/**
 * The end of a run: what was received is worked off, with words on what is waited for, and not for ever.
 *
 * Who was asked to stop has ten seconds, whatever the pipeline is doing. A run whose time is over goes on as long as it gets on, and is given up when
 * nothing has moved for ten seconds: what a rehearsal gives must not depend on how fast the machine is. A file at its end is worked off however long
 * that takes. In both of these a signal gives ten seconds from then. Times are real ones, whatever the scenario's clock says.
 */
import { Clock, Duration, Effect, Option } from "effect"
import { counted } from "../text.ts"
import type { Progress } from "./Progress.ts"

/** Why a run ends: a signal, the end of its time (`--for`, a scenario), or the end of its input. */
export type EndReason = "asked" | "over" | "read"

export interface DrainOptions<A, E> {
  /** Ends when everything is worked off. */
  readonly drained: Effect.Effect<A, E>
  readonly reason: EndReason
  /** Ends when the run is asked to stop. */
  readonly requested: Effect.Effect<void>
  readonly progress: () => Pick<Progress, "behind" | "stages">
  /** The real clock. */
  readonly clock: Clock.Clock
}

const limitMillis = 10_000
const lookMillis = 250
/** Between two lines on what is waited for. */
const wordsMillis = 5000

/** Changes whenever anything moves. */
const moved = ({ behind, stages }: Pick<Progress, "behind" | "stages">): number =>
  stages.reduce(
    (sum, [, { emitted, filtered, in: into, late, dead }]) => sum + into + emitted + filtered + late + dead,
    -behind
  )

/** For a person: `12 records that are not read, screen (1 event inside)`. */
export const waitingFor = ({ behind, stages }: Pick<Progress, "behind" | "stages">): string => {
  const inside = stages.filter(([, { inFlight }]) => inFlight > 0)
    .map(([stage, { inFlight }]) => `${stage} (${counted(inFlight, "event")} inside)`)
  const waits = [
    ...(behind > 0 ? [`${counted(behind, "record")} that ${behind === 1 ? "is" : "are"} not read`] : []),
    ...inside
  ]
  return waits.length === 0 ? "the last commit" : waits.join(", ")
}

/** What `drained` gives; none when it was given up, which is logged. It is then still at work: who calls interrupts it. */
export const drain = Effect.fnUntraced(
  function*<A, E>({ clock, drained, progress, reason, requested }: DrainOptions<A, E>) {
    const now = () => clock.currentTimeMillisUnsafe()
    let asked = reason === "asked"
    let since = now()
    let last = moved(progress())
    let told = since

    const look = Effect.suspend(() => {
      const at = now()
      const current = moved(progress())
      if (!asked && current !== last) since = at
      last = current
      if ((asked || reason === "over") && at - since >= limitMillis) return Effect.succeed(true)
      if (at - told < wordsMillis) return Effect.succeed(false)
      told = at
      const left = asked || reason === "over" ? `, ${Math.ceil((limitMillis - (at - since)) / 1000)} s at most` : ""
      return Effect.as(Effect.logInfo(`waiting for ${waitingFor(progress())}${left}`), false)
    })
    const deadline = look.pipe(
      Effect.tap((over) => over ? Effect.void : Effect.sleep(Duration.millis(lookMillis))),
      Effect.repeat({ until: (over) => over }),
      Effect.provideService(Clock.Clock, clock)
    )
    const hear = Effect.andThen(
      requested,
      Effect.suspend(() => {
        if (!asked) since = now()
        asked = true
        return Effect.never
      })
    )
    const ended = yield* Effect.raceFirst(
      Effect.asSome(drained),
      Effect.as(Effect.raceFirst(deadline, hear), Option.none<A>())
    )
    if (Option.isNone(ended)) {
      yield* Effect.logWarning(
        `not everything was worked off: after ${limitMillis / 1000} s ${asked ? "" : "in which nothing moved "}`
          + `it still waits for ${waitingFor(progress())}; the next start goes on from the last commit`
      )
    }
    return ended
  }
)
