/**
 * Decisions against traces, many in a row of the store, sorted by trace id: a look-up is a search in each row, and sixteen rows of a level are merged into one of the
 * next, so that there are few.
 *
 * An entry is 40 bytes: the id, when it was decided (double), the threshold (two words), the numbers of the names of policy and ruleset.
 */
import type { TraceDecision } from "../../../../domain/traces/TraceRecord.ts"
import type { Names } from "./Names.ts"

const entryBytes = 40

/** Rows of a level that are merged. */
export const mergeAt = 16

export interface DroppedTrace {
  readonly traceId: string
  readonly decision: TraceDecision
}

export const encodeDropped = (traces: ReadonlyArray<DroppedTrace>, names: Names): Uint8Array => {
  const sorted = traces.toSorted((a, b) => a.traceId < b.traceId ? -1 : 1)
  const bytes = Buffer.alloc(sorted.length * entryBytes)
  for (const [i, { decision, traceId }] of sorted.entries()) {
    const at = i * entryBytes
    bytes.write(traceId, at, "hex")
    bytes.writeDoubleLE(decision.decidedAt, at + 16)
    bytes.writeUInt32LE(decision.threshold.high, at + 24)
    bytes.writeUInt32LE(decision.threshold.low, at + 28)
    bytes.writeUInt32LE(names.idOf(decision.policy), at + 32)
    bytes.writeUInt32LE(names.idOf(decision.ruleset), at + 36)
  }
  return bytes
}

const viewOf = (row: Uint8Array): Buffer => Buffer.from(row.buffer, row.byteOffset, row.length)

/** One sorted row of several; of one trace the entry of the last of them stays. */
export const mergeDropped = (rows: ReadonlyArray<Uint8Array>): Uint8Array => {
  const entries = rows.flatMap((row) =>
    Array.from(
      { length: row.length / entryBytes },
      (_, i) => viewOf(row).subarray(i * entryBytes, (i + 1) * entryBytes)
    )
  )
  entries.sort((a, b) => Buffer.compare(a.subarray(0, 16), b.subarray(0, 16)))
  return Buffer.concat(entries.filter((entry, i) => {
    const next = entries[i + 1]
    return next === undefined || Buffer.compare(entry.subarray(0, 16), next.subarray(0, 16)) !== 0
  }))
}

export const findDropped = (row: Uint8Array, traceId: string, names: Names): TraceDecision | undefined => {
  const bytes = viewOf(row)
  const wanted = Buffer.from(traceId, "hex")
  let [low, high] = [0, bytes.length / entryBytes - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    const at = middle * entryBytes
    const order = bytes.compare(wanted, 0, 16, at, at + 16)
    if (order === 0) {
      return {
        keep: false,
        decidedAt: bytes.readDoubleLE(at + 16),
        threshold: { high: bytes.readUInt32LE(at + 24), low: bytes.readUInt32LE(at + 28) },
        policy: names.text(bytes.readUInt32LE(at + 32)),
        ruleset: names.text(bytes.readUInt32LE(at + 36)),
        late: false
      }
    }
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}
