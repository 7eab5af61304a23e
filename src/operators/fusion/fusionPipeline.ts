/** The whole fusion job: the log's records and the ticks of time, through the fusion operators, to the commit. */
import { type Effect, Stream } from "effect"
import { observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import type { SourcePosition, Tick } from "../../domain/stream/Envelope.ts"
import type { AlertStore } from "../../layers/alerts/AlertStore.ts"
import type { LogError, LogRecord, MessageLog } from "../../layers/log/MessageLog.ts"
import { commit } from "../log/commit.ts"
import { from, type Pipeline } from "../stage/Pipeline.ts"
import type { StageServices } from "../stage/Stage.ts"
import { fusion, type FusionOptions } from "./fusion.ts"
import { fusionSource } from "./fusionSource.ts"

interface FusionPipelineOptions<E, R> extends FusionOptions {
  /** A subscription of the observations' topic. Its end is the end of the pipeline. */
  readonly records: Stream.Stream<LogRecord, E, R>
  /** Time that passes while no record comes. */
  readonly ticks: Stream.Stream<Tick>
  readonly commitPositions: (positions: ReadonlyArray<SourcePosition>) => Effect.Effect<void, LogError>
}

export const fusionPipeline = <E, R>(
  { commitPositions, records, ticks, ...options }: FusionPipelineOptions<E, R>
): Pipeline<E, R | StageServices | MessageLog | AlertStore> =>
  from(Stream.merge(fusionSource(records), ticks, { haltStrategy: "left" }), observationsTopic)
    .via(fusion(options))
    .to(commit(commitPositions))
