/** {@link Acknowledgements} on a message log that many processes write to: topic `alert-acknowledgements`, keyed by alert, kept for good. */
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { Acknowledgement } from "../../../domain/alert/Acknowledgement.ts"
import { type LogError, MessageLog } from "../../log/MessageLog.ts"
import { readPages } from "../../log/readPages.ts"
import { AcknowledgementError, Acknowledgements } from "./Acknowledgements.ts"

export const acknowledgementsTopic = "alert-acknowledgements"

const AcknowledgementJson = Schema.fromJsonString(Acknowledgement)
const decode = Schema.decodeUnknownOption(AcknowledgementJson)
const encode = Schema.encodeEffect(AcknowledgementJson)
const text = new TextDecoder()
const bytes = new TextEncoder()

const failed = (cause: LogError) => new AcknowledgementError({ reason: "Unavailable", message: cause.message, cause })

/** The topic is made with the first one. */
const layer: Layer.Layer<Acknowledgements, never, MessageLog> = Layer.effect(
  Acknowledgements,
  Effect.map(MessageLog, (log) =>
    Acknowledgements.of({
      add: Effect.fn("Acknowledgements.add")(function*(acknowledgement) {
        const json = yield* Effect.orDie(encode(acknowledgement))
        yield* log.ensureTopic({ name: acknowledgementsTopic, partitions: 1 })
        yield* log.append(acknowledgementsTopic, [{
          key: acknowledgement.alertId,
          value: bytes.encode(json),
          headers: {},
          timestamp: acknowledgement.at
        }])
      }, Effect.mapError(failed)),
      all: Stream.suspend(() => readPages(log, acknowledgementsTopic)).pipe(
        Stream.map(({ value }) => decode(text.decode(value))),
        Stream.runCollect,
        Effect.map((read) => Map.groupBy(read.flatMap((one) => Option.toArray(one)), ({ alertId }) => alertId)),
        Effect.catchIf(
          ({ reason }) => reason === "TopicNotFound",
          () => Effect.succeed(new Map<string, ReadonlyArray<Acknowledgement>>())
        ),
        Effect.mapError(failed)
      )
    }))
)

/** Acknowledgements on the message log. */
export const TopicAcknowledgements = { layer }
