/**
 * What a write comes to: traces that are new, traces that stand somewhere already and get more spans or another decision, decisions against traces.
 *
 * That a trace stands already is looked up where it may be: always where the revision says that it was written before; else if its id was among the last million
 * written by this process, or nobody knows yet what was written last. State: the ids, as fingerprints.
 */
import type { TraceWrite } from "../TraceStore.ts"
import type { DroppedTrace } from "./droppedTraces.ts"
import type { FramedTrace } from "./frames.ts"
import { changes, mergeTraces } from "./mergeTraces.ts"
import { RecentHashes } from "./RecentHashes.ts"
import { hashOfTrace, type PlaceOf } from "./traceFileRows.ts"
import type { OpenFile } from "./TraceFiles.ts"

/** A trace that stands elsewhere from now on. */
export interface Superseded {
  readonly of: OpenFile
  readonly place: PlaceOf
  readonly trace: FramedTrace
}

export interface PlannedWrite {
  readonly traces: ReadonlyArray<FramedTrace>
  readonly dropped: ReadonlyArray<DroppedTrace>
  readonly superseded: ReadonlyArray<Superseded>
}

const recentFiles = 2

const standing = (traceId: string, among: ReadonlyArray<OpenFile>): ReadonlyArray<Superseded> =>
  among.flatMap((of) => of.traces.find(traceId).map((place) => ({ of, place, trace: of.traces.trace(place) })))

export const planWrite = (files: ReadonlyArray<OpenFile>) => {
  const recent = new RecentHashes()
  let unknownBefore = files.some(({ traces }) => traces.traces > 0)

  const mayStand = (write: TraceWrite): ReadonlyArray<OpenFile> => {
    const seen = recent.add(hashOfTrace(write.traceId))
    if (write.revision > 1) return files
    return seen || unknownBefore ? files.slice(-recentFiles) : []
  }

  return (writes: ReadonlyArray<TraceWrite>): PlannedWrite => {
    const traces = new Map<string, FramedTrace>()
    const dropped: Array<DroppedTrace> = []
    const superseded: Array<Superseded> = []
    if (recent.turned) unknownBefore = false
    for (const write of writes) {
      const { decision, parts, traceId } = write
      if (!decision.keep) {
        dropped.push({ traceId, decision })
        continue
      }
      const twice = traces.get(traceId)
      if (twice !== undefined) {
        traces.set(traceId, mergeTraces([twice, write]) ?? twice)
        continue
      }
      if (parts.length === 0 && write.revision === 0) continue
      const before = standing(traceId, mayStand(write))
      const kept = mergeTraces(before.map(({ trace }) => trace))
      if (kept !== undefined && before.length === 1 && !changes(kept, write)) continue
      const merged = kept === undefined ? write : mergeTraces([kept, write]) ?? write
      if (merged.parts.length === 0) continue
      traces.set(traceId, merged)
      superseded.push(...before)
    }
    return { traces: Array.from(traces.values()), dropped, superseded }
  }
}
