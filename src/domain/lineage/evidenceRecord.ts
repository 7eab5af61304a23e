/** What an estimate rests on as a record of plain fields, for state that is kept. */
import { Schema } from "effect"
import { ContextRecord, readContext, writeContext } from "../stream/contributorsCodec.ts"
import { Numeric } from "../time/Numeric.ts"
import type { Evidence } from "./Evidence.ts"

const NodeRecord = Schema.Struct({
  id: Schema.String,
  kind: Schema.String,
  sourceId: Schema.String,
  sensorTimestamp: Numeric
})

export const EvidenceRecord = Schema.Struct({
  first: NodeRecord,
  /** Those that are held, the newest last, with how many there were up to each. */
  nodes: Schema.Array(NodeRecord),
  count: Schema.Int,
  sampled: Schema.Array(ContextRecord)
})

export const writeEvidence = (evidence: Evidence): typeof EvidenceRecord.Type => {
  const nodes: Array<typeof NodeRecord.Type> = []
  for (let each: Evidence | undefined = evidence; each !== undefined; each = each.previous) nodes.push(each.node)
  return {
    first: evidence.first,
    nodes: nodes.toReversed(),
    count: evidence.count,
    sampled: evidence.sampled.map(writeContext)
  }
}

/** `undefined`: it rests on nothing. The sampled are those of the newest; of the sets before it nobody asks for them. */
export const readEvidence = ({ count, first, nodes, sampled }: typeof EvidenceRecord.Type): Evidence | undefined => {
  const contexts = sampled.map(readContext)
  let previous: Evidence | undefined
  let before = count - nodes.length
  for (const node of nodes) {
    before++
    previous = { node, first, count: before, sampled: contexts, previous, held: (previous?.held ?? 0) + 1 }
  }
  return previous
}
