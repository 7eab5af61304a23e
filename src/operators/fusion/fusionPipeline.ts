/** The whole fusion job: the log's records and the ticks of time, through the fusion operators, to the commit. */
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { AlertStore } from "../../layers/alerts/AlertStore.ts"
import type { GroupMember } from "../../layers/log/GroupMember.ts"
import type { LogError, MessageLog } from "../../layers/log/MessageLog.ts"
import { commit } from "../log/commit.ts"
import { fromLog, type FromLogOptions } from "../log/fromLog.ts"
import type { Pipeline } from "../stage/Pipeline.ts"
import type { StageServices } from "../stage/Stage.ts"
import { defaultSynthetics, fusion, type FusionOptions } from "./fusion.ts"
import { observationEventsBeside } from "./fusionSource.ts"

/** The group that reads observations to make alerts of them. */
export const fusionGroup = "fusion"

/** The stage that commits what was read, and with it the unit. */
export const commitStage = "commit"

interface FusionPipelineOptions<E, R>
  extends FusionOptions, Pick<FromLogOptions<ReceivedRecord, E, R>, "until" | "ticks" | "seen">
{}

export const fusionPipeline = <E = never, R = never>(
  { seen, ticks, until, ...options }: FusionPipelineOptions<E, R>
): Pipeline<E | LogError, R | StageServices | MessageLog | GroupMember | AlertStore> =>
  fromLog<ReceivedRecord, E, R>({
    ...observationEventsBeside(options.synthetics ?? defaultSynthetics),
    group: fusionGroup,
    ...(until !== undefined && { until }),
    ...(ticks !== undefined && { ticks }),
    ...(seen !== undefined && { seen })
  })
    .via(fusion(options))
    .to(commit(commitStage))
