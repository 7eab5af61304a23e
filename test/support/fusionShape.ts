/** The fusion pipeline without data: what its shape is, and what builds it where only that counts. */
import { registry } from "./scenario.ts"

/** The stages of the specification, in order, from the log's records to what is published. */
export const fusionStages = [
  "decode",
  "validate",
  "dedupe",
  "watermark",
  "associate",
  "uncorrelated",
  "screen",
  "correlate",
  "assess",
  "alert",
  "dedupe-alerts",
  "publish"
] as const

export const emptyFusion = { registry, catalogue: new Map(), now: () => 0, alertSequences: new Map() }
