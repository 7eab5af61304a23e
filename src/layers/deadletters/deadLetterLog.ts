/** Dead letters on the message log: topic `dead-letters`, kept 30 days. */
import { Effect, Layer, type Option, Schedule, Schema } from "effect"
import { DeadLetter } from "../../domain/deadletter/DeadLetter.ts"
import { type LogRecord, MessageLog } from "../log/MessageLog.ts"
import { countByErrorKind, DeadLetters } from "./DeadLetters.ts"

export const deadLettersTopic = "dead-letters"

const retentionMillis = 30 * 86_400_000

const DeadLetterJson = Schema.fromJsonString(DeadLetter)
const encode = Schema.encodeEffect(DeadLetterJson)
const decode = Schema.decodeUnknownOption(DeadLetterJson)
const text = new TextDecoder()
const bytes = new TextEncoder()

/** The dead letter of a record of the topic; none for a record that is not one. */
export const decodeDeadLetter = (record: LogRecord): Option.Option<DeadLetter> => decode(text.decode(record.value))

/**
 * {@link DeadLetters} on the message log. While the log fails, `offer` waits and tries again: the records behind it are kept back, and
 * nothing is lost.
 */
export const layerLog = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const log = yield* MessageLog
    yield* log.ensureTopic({ name: deadLettersTopic, partitions: 1, retentionMillis })
    const counter = countByErrorKind()
    return DeadLetters.of({
      offer: Effect.fn("DeadLetters.offer")(function*(letters) {
        const records = yield* Effect.forEach(letters, (letter) =>
          Effect.map(Effect.orDie(encode(letter)), (json) => ({
            key: letter.id,
            value: bytes.encode(json),
            headers: { errorKind: letter.errorKind, operator: letter.operator },
            timestamp: letter.time
          })))
        yield* Effect.retry(log.append(deadLettersTopic, records), retry).pipe(Effect.orDie)
        counter.add(letters)
      }),
      countByErrorKind: () => counter.counts
    })
  })
)

const retry = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")]).pipe(Schedule.jittered)
