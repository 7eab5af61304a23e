/** Dead letters on the message log: topic `dead-letters`, kept 30 days. */
import { Effect, Layer, type Option, Schedule, Schema } from "effect"
import { DeadLetter } from "../../domain/deadletter/DeadLetter.ts"
import { type LogError, type LogRecord, MessageLog } from "../log/MessageLog.ts"
import { Symptoms } from "../logging/Symptoms.ts"
import { countByErrorKind, DeadLetters } from "./DeadLetters.ts"

export const deadLettersTopic = "dead-letters"

export const deadLettersRetentionMillis = 30 * 86_400_000

const DeadLetterJson = Schema.fromJsonString(DeadLetter)
const encode = Schema.encodeEffect(DeadLetterJson)
const decode = Schema.decodeUnknownOption(DeadLetterJson)
const text = new TextDecoder()
const bytes = new TextEncoder()

/** The dead letter of a record of the topic; none for a record that is not one. */
export const decodeDeadLetter = (record: LogRecord): Option.Option<DeadLetter> => decode(text.decode(record.value))

/** A letter that the log takes: its payload and message to this length. A payload grows by a third in base64. */
const [payloadKept, messageKept] = [256 << 10, 2000]

const shortened = (letter: DeadLetter): DeadLetter => ({
  ...letter,
  message: `${letter.message.slice(0, messageKept)} (too large for the log: the first ${
    Math.min(payloadKept, letter.payload.length)
  } of ${letter.payload.length} bytes are kept)`,
  payload: letter.payload.subarray(0, payloadKept)
})

const tooLarge = ({ reason }: LogError): boolean => reason === "RecordTooLarge"

/**
 * {@link DeadLetters} on the message log. While the log is unavailable, `offer` waits and tries again: the records behind it are kept back,
 * and nothing is lost. A letter over the log's record size is kept with its payload cut short, and says so. Any other failure of the
 * log is a defect: going on would lose letters in silence. The log lines tell once of each sensor, stage and kind (`Symptoms`).
 */
const layer = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const log = yield* MessageLog
    yield* log.ensureTopic({ name: deadLettersTopic, partitions: 1, retentionMillis: deadLettersRetentionMillis })
    const counter = countByErrorKind()
    const symptoms = yield* Symptoms
    const write = Effect.fnUntraced(function*(letters: ReadonlyArray<DeadLetter>) {
      const records = yield* Effect.forEach(letters, (letter) =>
        Effect.map(Effect.orDie(encode(letter)), (json) => ({
          key: letter.id,
          value: bytes.encode(json),
          headers: {
            errorKind: letter.errorKind,
            operator: letter.operator,
            ...(letter.sensorId !== undefined && { sensorId: letter.sensorId })
          },
          timestamp: letter.time
        })))
      yield* log.append(deadLettersTopic, records).pipe(
        Effect.tapError((error) => Effect.logWarning(`dead letters wait, ${letters.length}: ${error.message}`)),
        Effect.retry({ schedule: retry, while: ({ reason }) => reason === "Unavailable" })
      )
    })
    const writeEach = (letters: ReadonlyArray<DeadLetter>) =>
      Effect.forEach(letters, (letter) => Effect.catchIf(write([letter]), tooLarge, () => write([shortened(letter)])), {
        discard: true
      })
    return DeadLetters.of({
      offer: Effect.fn("DeadLetters.offer")(function*(letters) {
        yield* Effect.catchIf(write(letters), tooLarge, () => writeEach(letters)).pipe(Effect.orDie)
        counter.add(letters)
        for (const { errorKind, message, operator, sensorId, source } of letters) {
          symptoms.seen(`dead letters of ${sensorId ?? source} at ${operator}: ${errorKind}`, { detail: message })
        }
      }),
      countByErrorKind: () => counter.counts
    })
  })
)

const retry = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")]).pipe(Schedule.jittered)

/** Dead letters on the message log. */
export const DeadLetterLog = { layer }
