export { arrays, collectArrays, collectItems, contextOf, events, payloadsOf } from "./envelopes.ts"
export { cutInto, cutsDoNotMatter, LawBroken, type LawRun, runLaw, streamsAlike, survivesRestore } from "./laws.ts"
export { recordingTracer, tracedStages } from "./recordingTracer.ts"
export {
  DeadLettersMemory,
  Instruments,
  LoadMeterTest,
  MessageLog,
  RecordedSpans,
  stageLayer,
  StageRegistry,
  UnkeptState
} from "./testLayers.ts"
