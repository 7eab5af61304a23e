/** Reading a message log without being part of it: no groups, no writes, and for the embedded log no lock. */
import { Context, Effect, Layer } from "effect"
import type { LogError } from "./LogError.ts"
import type { TaskSummary } from "./LogUnits.ts"
import { MessageLog, type MessageLogShape } from "./MessageLog.ts"

/** As the methods of {@link MessageLogShape}. */
export type LogReaderShape = Pick<MessageLogShape, "offsets" | "read" | "topics"> & {
  /** What is kept of the state of tasks; absent where the engine keeps none. */
  readonly tasks?: Effect.Effect<ReadonlyArray<TaskSummary>, LogError>
}

export class LogReader extends Context.Service<LogReader, LogReaderShape>()("perigee/layers/log/LogReader") {
  /** Any message log can be read. */
  static readonly layer: Layer.Layer<LogReader, never, MessageLog> = Layer.effect(
    LogReader,
    Effect.map(
      MessageLog,
      ({ offsets, read, topics, units }) =>
        LogReader.of({ offsets, read, topics, ...(units !== undefined && { tasks: units.tasks }) })
    )
  )
}
