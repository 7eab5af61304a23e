/** The Layers that tests of pipelines stand on: all in memory, each looked at through a service of its own. */
import { Layer } from "effect"
import { DeadLettersMemory } from "../layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../layers/stage/StageRegistry.ts"
import { UnkeptState } from "../layers/stage/UnkeptState.ts"

export { DeadLettersMemory } from "../layers/deadletters/DeadLetters.ts"
export { MessageLog } from "../layers/log/MessageLog.ts"
export { LoadMeterTest } from "../layers/sampling/LoadMeter.ts"
export * as Instruments from "../layers/stage/Instruments.ts"
export { StageRegistry } from "../layers/stage/StageRegistry.ts"
export { UnkeptState } from "../layers/stage/UnkeptState.ts"
export { RecordedSpans } from "../layers/tracing/store/SpanSink.ts"

/** The least that a stage needs: counts, dead letters, and leave to begin anew. */
export const stageLayer = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer, UnkeptState.layerAccepted)
