export { alertsTopic, AlertStore, type AlertStoreOptions } from "./alerts/AlertStore.ts"
export { layerCanariesFromConfig } from "./canary/canariesFromConfig.ts"
export { CanaryInjector, type CanaryOptions, CanaryTrigger, type CanaryWire } from "./canary/CanaryInjector.ts"
export { type CanaryReport, CanaryWatch } from "./canary/CanaryWatch.ts"
export {
  allSettings,
  type FlagName,
  fusionSettings,
  kafkaSettings,
  listenSettings,
  type Origin,
  type Setting,
  type SettingRow,
  settings,
  withFlags
} from "./config/settings.ts"
export { DeadLetters, DeadLettersMemory } from "./deadletters/DeadLetters.ts"
export { Health, type HealthQuestion } from "./health/Health.ts"
export { layerLineageFromConfig, layerLineageReaderFromConfig } from "./lineage/lineageFromConfig.ts"
export {
  type LineageCounts,
  LineageError,
  type LineageQueries,
  LineageReader,
  type LineageRetention,
  LineageStore,
  type LineageStoreOptions
} from "./lineage/LineageStore.ts"
export { SqliteLineage, type SqliteLineageOptions } from "./lineage/SqliteLineage.ts"
export { EmbeddedLog, type EmbeddedLogOptions } from "./log/embedded/EmbeddedLog.ts"
export { GroupMember } from "./log/GroupMember.ts"
export { layerLogFromConfig } from "./log/logFromConfig.ts"
export { LogReader, type LogReaderShape } from "./log/LogReader.ts"
export {
  failureOf,
  LogError,
  LogErrorReason,
  type LogFailure,
  type LogHeaders,
  type LogRecord,
  MessageLog,
  type MessageLogShape,
  type NewLogRecord,
  type PartitionOffsets,
  type SubscribeOptions,
  type Subscription,
  type TopicSpec
} from "./log/MessageLog.ts"
export { type LogFormat, Logging, type LoggingOptions } from "./logging/logging.ts"
export { Collectors } from "./metrics/Collectors.ts"
export { type Exemplar, Exemplars, type ExemplarsShape } from "./metrics/Exemplars.ts"
export { type Exposed, Exposition } from "./metrics/Exposition.ts"
export { type MetricFamilies, metricFamilies } from "./metrics/instruments.ts"
export { OpenLineage, type OpenLineageHttpOptions } from "./openlineage/OpenLineage.ts"
export { layerOpenLineageFromConfig } from "./openlineage/openLineageFromConfig.ts"
export { ProcessResource } from "./resource/ProcessResource.ts"
export { layerProcessResourceFromConfig } from "./resource/processResourceFromConfig.ts"
export { AdaptiveSampler } from "./sampling/AdaptiveSampler.ts"
export { layerHeadSamplerFromConfig } from "./sampling/headSamplerFromConfig.ts"
export { LoadGuard } from "./sampling/LoadGuard.ts"
export { LoadMeter } from "./sampling/LoadMeter.ts"
export { OwnPolicies } from "./sampling/OwnPolicies.ts"
export { ProcessLoad } from "./sampling/processLoad.ts"
export { type DecideRoot, RootSampling } from "./sampling/RootSampling.ts"
export {
  TailSampler,
  TailSamplerInForce,
  type TailSamplerOptions,
  type TailSamplerView
} from "./sampling/TailSampler.ts"
export { layerTailSamplerFromConfig } from "./sampling/tailSamplerFromConfig.ts"
export {
  type CatalogueScreening,
  makeScreening,
  type ScreenedSlice,
  Screening,
  type ScreeningOptions
} from "./screening/Screening.ts"
export { layerScreeningWorkers } from "./screening/screeningWorkers.ts"
export * as ScenarioClock from "./simulator/ScenarioClock.ts"
export { type DriveReport, Simulator, type WireCounts } from "./simulator/Simulator.ts"
export { EmbeddedSloStore } from "./slo/EmbeddedSloStore.ts"
export { Slo } from "./slo/Slo.ts"
export { type SloCounts, SloStore, SloStoreError } from "./slo/SloStore.ts"
export { DirectoryLockError } from "./sql/directoryLock.ts"
export { migrate, NewerSchemaError } from "./sql/migrate.ts"
export { SqliteClient } from "./sql/SqliteClient.ts"
export { SqliteDatabase, type SqliteOptions } from "./sql/SqliteDatabase.ts"
export { type HeadDecision, type HeadLevel, HeadSampler, levelOf } from "./stage/HeadSampler.ts"
export { type HoldBackOptions, layerHoldBack } from "./stage/holdBack.ts"
export * as Instruments from "./stage/Instruments.ts"
export { LineageSampler } from "./stage/LineageSampler.ts"
export { type ChannelHandle, StageChannels } from "./stage/StageChannels.ts"
export {
  type ArrayOutcome,
  type ChaosPoint,
  type LineageEnd,
  type RecordedEvent,
  StageChaos,
  StageLineage,
  StageMetrics,
  StageRecorder,
  StageTracing,
  type WaitKind
} from "./stage/StageHooks.ts"
export { type StageCounts, StageRegistry } from "./stage/StageRegistry.ts"
export {
  type PartChanges,
  type PartSnapshot,
  type PipelineChanges,
  type PipelineSnapshot,
  type StageReadings,
  type StageSnapshot,
  StageState,
  type StateChange,
  type StateEntry,
  type StateHandle,
  type StatePart
} from "./stage/StageState.ts"
export { UnkeptState } from "./stage/UnkeptState.ts"
export type { OtlpOptions } from "./tracing/otlp/OtlpSpanExporter.ts"
export { PerigeeTracer } from "./tracing/PerigeeTracer.ts"
export {
  currentTraceHeaders,
  parentFromHeaders,
  type TraceHeaders,
  traceHeaders,
  withTraceHeaders
} from "./tracing/propagation.ts"
export {
  FlightRecorder,
  flightRecorderDefaults,
  type FlightRecorderOptions
} from "./tracing/recorder/FlightRecorder.ts"
export { layerFlightRecorderFromConfig } from "./tracing/recorder/flightRecorderFromConfig.ts"
export { KeptTraces } from "./tracing/recorder/KeptTraces.ts"
export { SettleTraces } from "./tracing/recorder/SettleTraces.ts"
export { SpanTraceState } from "./tracing/SpanTraceState.ts"
export { type OfferSpans, RecordedSpans, SpanProcessing, SpanSink } from "./tracing/store/SpanSink.ts"
export {
  defaultSpanStoreBounds,
  type SpanQuery,
  SpanStore,
  type SpanStoreBounds,
  SpanStoreError,
  type SpanStoreStats,
  type TraceSummary
} from "./tracing/store/SpanStore.ts"
export { Tracing } from "./tracing/Tracing.ts"
export { layerTracingFromConfig } from "./tracing/tracingFromConfig.ts"
export { TaskUnits, type TaskUnitsOptions } from "./units/TaskUnits.ts"
