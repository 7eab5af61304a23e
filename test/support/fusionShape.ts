/** The fusion pipeline without data: what its shape is, and what builds it where only that counts. */
import { registry } from "./scenario.ts"

/** The stages of the specification, in order, from the log's records to what is published. */
export const fusionStages = [
  "decode",
  "validate",
  "dedupe",
  "watermark",
  "match",
  "track",
  "uncorrelated",
  "screen",
  "correlate",
  "assess",
  "alert",
  "dedupe-alerts",
  "publish"
] as const

/** Those of its graph: canaries go around the screening of the catalogue. */
export const fusionNodes: ReadonlyArray<string> = fusionStages.flatMap((stage) =>
  stage === "screen" ? ["screening", "screen (canaries)", "screen", "screening merge"] : [stage]
)

export const emptyFusion = { registry, catalogue: new Map(), now: () => 0, alertSequences: new Map() }
