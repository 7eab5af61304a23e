/**
 * What each stage did, in the log at level debug (`PERIGEE_LOG_LEVEL=debug`, or `PERIGEE_LOG_LEVELS=match=debug` for one): every ten seconds, of the
 * stages in which anything happened. Nothing is made where nobody listens.
 */
import { Effect, References } from "effect"
import type { StageCounts } from "../../layers/stage/StageRegistry.ts"

type Stages = () => ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>

const told = ["in", "emitted", "filtered", "late", "dead", "shed", "retries", "evicted"] as const

type Told = Readonly<Record<typeof told[number], number>>

const toldOf = (counts: Readonly<StageCounts>): Told => {
  const { dead, emitted, evicted, filtered, in: into, late, retries, shed } = counts
  return { in: into, emitted, filtered, late, dead, shed, retries, evicted }
}

/** `in 120 emitted 118 filtered 2, 0 inside`; what did not grow is left out. */
const lineOf = (counts: Readonly<StageCounts>, before: Told | undefined): string | undefined => {
  const now = toldOf(counts)
  const grown = told.filter((what) => now[what] > (before?.[what] ?? 0))
  if (grown.length === 0 && counts.inFlight === 0) return undefined
  const parts = grown.map((what) => `${what} ${now[what] - (before?.[what] ?? 0)}`)
  const reasons = Array.from(counts.filteredReasons, ([reason, count]) => `${reason} ${count}`).join(", ")
  return `${parts.join(" ") || "nothing"} in 10 s, ${counts.inFlight} inside${
    grown.includes("filtered") && reasons !== "" ? `; filtered so far: ${reasons}` : ""
  }`
}

export const logStages = Effect.fnUntraced(function*(stages: Stages) {
  if ((yield* References.MinimumLogLevel) !== "Debug" && (yield* References.MinimumLogLevel) !== "Trace") return
  const before = new Map<string, Told>()
  return yield* Effect.gen(function*() {
    yield* Effect.sleep("10 seconds")
    for (const [stage, counts] of stages()) {
      const line = lineOf(counts, before.get(stage))
      before.set(stage, toldOf(counts))
      if (line !== undefined) yield* Effect.logDebug(`${stage}: ${line}`).pipe(Effect.annotateLogs("operator", stage))
    }
  }).pipe(Effect.forever)
})
