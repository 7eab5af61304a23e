/** Reading a message log without being part of it: no groups, no writes, and for the embedded log no lock. */
import { Context, Effect, Layer } from "effect"
import { MessageLog, type MessageLogShape } from "./MessageLog.ts"

/** As the methods of {@link MessageLogShape}. */
export type LogReaderShape = Pick<MessageLogShape, "offsets" | "read" | "topics">

export class LogReader extends Context.Service<LogReader, LogReaderShape>()("perigee/layers/log/LogReader") {
  /** Any message log can be read. */
  static readonly layer: Layer.Layer<LogReader, never, MessageLog> = Layer.effect(
    LogReader,
    Effect.map(MessageLog, ({ offsets, read, topics }) => LogReader.of({ offsets, read, topics }))
  )
}
