/**
 * Whether the log takes what is written, seen by those who write: a log that can be read and not written, as on a full disk, answers well to whoever asks it.
 *
 * Looked at once a second: a stage that tried again since the last look, or that has tried for a while without an end, is one that cannot write.
 */
import { Effect, Schedule, type Scope } from "effect"
import type { StageCounts } from "../../layers/stage/StageRegistry.ts"
import { commitStage } from "../../operators/fusion/fusionPipeline.ts"
import { ingestCommitStage, ingestStage } from "../../operators/fusion/observations/ingest.ts"

type Stages = () => ReadonlyArray<readonly [stage: string, counts: Readonly<Pick<StageCounts, "retries">>]>

const writers: ReadonlySet<string> = new Set([ingestStage, ingestCommitStage, commitStage])

/** Looks without a try, in s, before a stage that failed is taken to write again: longer than the longest wait between two tries. */
const quietLooks = 3

/** Gives why the log does not take what is written; `undefined` while it does. */
export const watchWrites = Effect.fnUntraced(
  function*(stages: Stages): Effect.fn.Return<() => string | undefined, never, Scope.Scope> {
    const seen = new Map<string, { retries: number; readonly before: number; quiet: number }>()
    let failure: string | undefined
    const look = Effect.sync(() => {
      failure = undefined
      for (const [stage, { retries }] of stages()) {
        if (!writers.has(stage)) continue
        const last = seen.get(stage) ?? { retries, before: retries, quiet: quietLooks }
        const quiet = retries > last.retries ? 0 : last.quiet + 1
        const before = quiet < quietLooks ? last.before : retries
        seen.set(stage, { retries, before, quiet })
        if (quiet < quietLooks) failure = `cannot be written: ${stage} has tried ${retries - before} times`
      }
    })
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("1 second")))
    return () => failure
  }
)
