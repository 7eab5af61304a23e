export { ConjunctionAlert } from "./alert/ConjunctionAlert.ts"
export { CanaryApi, HealthApi, MetricsApi, PerigeeApi } from "./api/api.ts"
export { ApiError } from "./api/ApiError.ts"
export { HealthAnswer, HealthCheck, HealthReport, HealthStatus } from "./api/health.ts"
export { assessCdm, type BodyKnowledge, bodyOfCdm } from "./ccsds/assessCdm.ts"
export type { Cdm, CdmFrame, CdmObject, CdmScreening } from "./ccsds/cdm/cdm.ts"
export type {
  CdmObjectNumber,
  CdmObjectText,
  CdmRelativeNumber,
  CdmRelativeText,
  CdmRelativeTime
} from "./ccsds/cdm/cdmKeywords.ts"
export { CdmError, type CdmReading, readCdm } from "./ccsds/cdm/readCdm.ts"
export { formatCdm, formatCdmJson, formatCdmXml } from "./ccsds/cdm/writeCdm.ts"
export type { Oem, OemCovariance, OemCovarianceFrame, OemSegment, OemState } from "./ccsds/oem/oem.ts"
export { OemError, readOem } from "./ccsds/oem/readOem.ts"
export { formatOem } from "./ccsds/oem/writeOem.ts"
export { readTdm, tdmMessageOf, type TdmObservation, type TdmReading } from "./ccsds/tdm/tdm.ts"
export { type TdmHeader, type TdmWriting, writeTdm } from "./ccsds/tdm/writeTdm.ts"
export { DeadLetter, ErrorKind } from "./deadletter/DeadLetter.ts"
export {
  type KnownNode,
  type KnownStep,
  type LineageAnswer,
  type LineageDirection,
  lineageJson,
  type MatchedNode,
  type ReachedNode
} from "./lineage/LineageAnswer.ts"
export {
  alertKind,
  alertVersionId,
  type LineageEdge,
  lineageNode,
  type LineageRecord
} from "./lineage/LineageRecord.ts"
export { encodeRawRecordHeaders, observationsTopic } from "./observation/formats/rawRecordHeaders.ts"
export {
  Angular,
  AzimuthElevation,
  Frame,
  Observation,
  ObservationId,
  RangeRate,
  SourceKind,
  StateVector,
  Target,
  Uncertainty,
  Vector3
} from "./observation/Observation.ts"
export { isObservationId, observationIdOf } from "./observation/observationId.ts"
export type { ReceivedRecord } from "./observation/ReceivedRecord.ts"
export { defaultRegistry, defaultSensors } from "./observation/sensors/defaultSensors.ts"
export type { Corrections, Mask, PerComponent, Sensor } from "./observation/sensors/Sensor.ts"
export { sensorOf, SensorRecord } from "./observation/sensors/sensorRecord.ts"
export {
  decodeRegistry,
  makeRegistry,
  RegistryError,
  type SensorRegistry
} from "./observation/sensors/SensorRegistry.ts"
export * as RunEvents from "./openlineage/RunEvent.ts"
export {
  congruence,
  type CovarianceFault,
  covarianceFault,
  fromRtnCovariance,
  positionBlock,
  toRtnCovariance
} from "./orbit/algebra/covariance.ts"
export {
  type Catalogue,
  CatalogueError,
  type CatalogueFormat,
  catalogueOf,
  decodeCatalogue,
  detectCatalogueFormat,
  readCatalogue
} from "./orbit/catalogue/Catalogue.ts"
export {
  type CatalogueProblem,
  type CatalogueReading,
  earthRadius,
  gravitationalParameter,
  type MeanElements,
  period,
  semiMajorAxis
} from "./orbit/catalogue/MeanElements.ts"
export { readOmmCsv, readOmmJson, readOmmKvn, readOmmXml } from "./orbit/catalogue/omm.ts"
export { formatTle, objectIdOf, parseTle, readTle } from "./orbit/catalogue/tle.ts"
export {
  assessConjunction,
  type AssessedObject,
  type Assessment,
  type PcMethod
} from "./orbit/encounter/assessConjunction.ts"
export {
  type CollisionProbability,
  collisionProbability,
  type ConjunctionGeometry,
  defaultHardBodyRadius,
  type HardBodyShape
} from "./orbit/encounter/collisionProbability.ts"
export { closestApproach, type Encounter, encounterOf, type StateFunction } from "./orbit/encounter/encounter.ts"
export {
  type CombinedBody,
  combinedBody,
  type HardBodies,
  HardBody,
  HardBodyError,
  readHardBodies
} from "./orbit/encounter/HardBody.ts"
export {
  assessValidity,
  type ShortEncounter,
  shortEncounter,
  type TrackSupport,
  type Validity,
  type ValidityInput,
  type ValidityState
} from "./orbit/encounter/validity.ts"
export { sampledTrajectory } from "./orbit/ephemeris/sampledTrajectory.ts"
export { ephemerisBytes, sampleSlice, type SliceEphemeris } from "./orbit/ephemeris/SliceEphemeris.ts"
export { stateFunctionOf, type Trajectory, trajectoryOf } from "./orbit/ephemeris/Trajectory.ts"
export { type EarthOrientation, type EarthOrientationAt, noEarthOrientation } from "./orbit/frames/EarthOrientation.ts"
export {
  EarthOrientationError,
  type EarthOrientationTable,
  readEarthOrientation
} from "./orbit/frames/earthOrientationFile.ts"
export * as Frames from "./orbit/frames/frames.ts"
export { type Ellipsoid, type LocalAxes, localAxes, type Site, sitePosition, wgs84 } from "./orbit/frames/Site.ts"
export { type Direction, rightAscensionDeclination, type Topocentric, topocentric } from "./orbit/frames/topocentric.ts"
export * as Measurement from "./orbit/measurement/measurement.ts"
export { type InertialFrame, makeObserver, type Observer, type ObserverAt } from "./orbit/measurement/Observer.ts"
export { type Equinoctial, fromEquinoctial, toEquinoctial } from "./orbit/propagation/equinoctial.ts"
export { type Linearisation, linearise, type LinearState } from "./orbit/propagation/Linearisation.ts"
export { makePropagator, PropagationError, type Propagator } from "./orbit/propagation/Propagator.ts"
export type { State, StateAt } from "./orbit/propagation/State.ts"
export * as Sun from "./orbit/propagation/Sun.ts"
export { pairOf } from "./orbit/screening/objectPair.ts"
export { screenEphemeris, type ScreenOptions, screenSlice } from "./orbit/screening/screen.ts"
export { screenObject } from "./orbit/screening/screenObject.ts"
export type { ScreenEvent, ScreenResult, TogetherPair } from "./orbit/screening/ScreenResult.ts"
export {
  type OrbitRegime,
  orbitRegime,
  priorOffsetCovariance,
  type PriorSigmas,
  priorSigmas
} from "./orbit/tracking/priorCovariance.ts"
export { randomnessOf, readThreshold, withThreshold } from "./sampling/head/otMember.ts"
export * as Threshold from "./sampling/head/threshold.ts"
export * as Policies from "./sampling/policies/index.ts"
export type { TailOptions } from "./sampling/tail/TailOptions.ts"
export type { TailStats } from "./sampling/tail/TailStats.ts"
export type { TraceSummary } from "./sampling/tail/TraceSummary.ts"
export type { Emission, Wire } from "./simulation/Emission.ts"
export {
  type Fault,
  type FaultCounts,
  type FaultName,
  faultNames,
  FaultSyntaxError,
  parseFaults
} from "./simulation/faults.ts"
export { makeScenario, type Scenario, type ScenarioOptions, seededStart } from "./simulation/scenario.ts"
export {
  conjunctionPrimary,
  conjunctionSecondary,
  ScenarioError,
  type SyntheticCatalogue,
  syntheticCatalogue,
  type SyntheticOptions
} from "./simulation/syntheticCatalogue.ts"
export { truthConjunctions } from "./simulation/truth/truthConjunctions.ts"
export { type Band, bands, type BudgetReport, budgetReport } from "./slo/errorBudget.ts"
export { alertLatency, makeObjective, type Objective, objectives, subscriberPromise } from "./slo/Objective.ts"
export type { Counts, RollingWindow } from "./slo/RollingWindow.ts"
export { type Batch, type Element, elementsOf, envelopesOf, type Item, itemsOf, sourceBatch } from "./stream/Batch.ts"
export { Contributors } from "./stream/Contributors.ts"
export {
  ContributorsRecord,
  HeldRecord,
  readContributors,
  readHeld,
  writeContributors,
  writeHeld
} from "./stream/contributorsCodec.ts"
export {
  type Control,
  type Envelope,
  envelope,
  type EventContext,
  type Held,
  type Hop,
  type JoinedInputs,
  type LastHeard,
  type Lineage,
  type LineageNode,
  type LineageStep,
  lineageSteps,
  type Origin,
  type Progress,
  progress,
  type RawRecord,
  type SourcePosition,
  type Tick,
  tick,
  type TraceContext,
  type Watermark,
  watermark
} from "./stream/Envelope.ts"
export type { Place } from "./stream/Place.ts"
export { taiMinusUtc } from "./time/leapSeconds.ts"
export * as UtcTime from "./time/UtcTime.ts"
export {
  continueTrace,
  extract,
  extractBaggage,
  type HeaderCarrier,
  type Identity,
  inject,
  type PropagatedContext,
  type RemoteContext
} from "./tracing/propagation.ts"
export { recordedAttribute, type RecordedReason, retroactiveAttribute } from "./tracing/retroactiveSpans.ts"
export type {
  Attributes,
  AttributeValue,
  SpanData,
  SpanEvent,
  SpanKind,
  SpanLink,
  SpanStatus
} from "./tracing/SpanData.ts"
export { traceIdOf } from "./tracing/traceId.ts"
export {
  formatTraceParent,
  isSampled,
  isSpanId,
  isTraceId,
  parseTraceParent,
  type TraceParent
} from "./tracing/traceparent.ts"
export {
  formatTraceState,
  parseTraceState,
  type TraceStateMember,
  traceStateMember,
  withTraceStateMember
} from "./tracing/tracestate.ts"
