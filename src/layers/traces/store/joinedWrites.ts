/** Writes of one call by trace: those of one trace as one, with all their parts and what the greatest revision says. */
import type { TraceWrite } from "./TraceStore.ts"

export const joinedWrites = (writes: ReadonlyArray<TraceWrite>): ReadonlyMap<string, TraceWrite> => {
  const byId = new Map<string, TraceWrite>()
  for (const write of writes) {
    const before = byId.get(write.traceId)
    if (before === undefined) byId.set(write.traceId, write)
    else {
      const last = write.revision >= before.revision ? write : before
      byId.set(write.traceId, { ...last, parts: [...before.parts, ...write.parts] })
    }
  }
  return byId
}
