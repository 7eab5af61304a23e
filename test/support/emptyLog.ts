/** A log without a topic, to be read. */
import { Layer } from "effect"
import { LogReader } from "../../src/layers/log/LogReader.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"

export const emptyLog: Layer.Layer<LogReader> = Layer.provide(LogReader.layer, MessageLog.layerMemory)
