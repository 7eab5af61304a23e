/** What an earlier run left unread in the topic of observations. */
import { Effect } from "effect"
import { observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import type { LogError, MessageLogShape } from "../../layers/log/MessageLog.ts"
import { fusionGroup } from "../../operators/fusion/fusionPipeline.ts"

/** Records. */
export const leftBehind = Effect.fnUntraced(function*(log: MessageLogShape): Effect.fn.Return<number, LogError> {
  const committed = yield* log.committed(observationsTopic, fusionGroup)
  return (yield* log.offsets(observationsTopic)).reduce(
    (sum, { beginning, end, partition }) => sum + end - Math.max(beginning, committed.get(partition) ?? beginning),
    0
  )
})
