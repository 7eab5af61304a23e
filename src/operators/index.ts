export * as Aggregate from "./aggregates/index.ts"
export { fork, type ForkOptions } from "./branches/fork.ts"
export { merge, type MergeOptions, mergeTagged, type Tagged } from "./branches/merge.ts"
export { type GuardRoute, type PredicateRoute, route } from "./branches/route.ts"
export { split, type SplitOptions } from "./branches/split.ts"
export { asyncCall, type AsyncCallOptions } from "./calls/asyncCall.ts"
export { lookup, type LookupOptions } from "./calls/lookup.ts"
export {
  defaultFusionSettings,
  fusion,
  type FusionOptions,
  type FusionSettings,
  observationEvents
} from "./fusion/fusion.ts"
export { uncorrelatedTopic } from "./fusion/tracking/publishUncorrelated.ts"
export { graphSvg } from "./graph/graphSvg.ts"
export { graphJson, graphText } from "./graph/graphText.ts"
export { intervalJoin } from "./joins/intervalJoin.ts"
export { join, type JoinOptions, type JoinSide, type TtlSide } from "./joins/join.ts"
export { type JoinWindow, windowJoin, type WindowJoinOptions } from "./joins/windowJoin.ts"
export { dedupe, type DedupeOptions } from "./keyed/dedupe.ts"
export { type Key, keyed, type KeyedOptions, type KeyedState } from "./keyed/keyed.ts"
export { commit } from "./log/commit.ts"
export { fromLog, type FromLogOptions, type LogEvent } from "./log/fromLog.ts"
export { toLog, type ToLogOptions } from "./log/toLog.ts"
export { batch, type BatchOptions } from "./shaping/batch.ts"
export { buffer, type BufferOptions } from "./shaping/buffer.ts"
export { expand } from "./shaping/expand.ts"
export { divert, type DivertOptions } from "./sinks/divert.ts"
export { type Leaving, sink, type SinkOptions, type TraceHeadersAt } from "./sinks/sink.ts"
export { source, type SourceOptions } from "./sources/source.ts"
export * as Pipeline from "./stage/Pipeline.ts"
export * as Stage from "./stage/Stage.ts"
export * as State from "./state/State.ts"
export { assignWatermarks, type SourceLateness, type WatermarkOptions } from "./time/assignWatermarks.ts"
export {
  InvalidWindow,
  type KeyedWindowOptions,
  session,
  sliding,
  tumbling,
  window,
  type WindowAssigner,
  type WindowKey,
  type WindowOptions,
  type WindowResult
} from "./windows/window.ts"
