/** Where a page of results ended: the start and the id of its last trace, so that traces that come meanwhile neither repeat nor hide others. */
import { isTraceId } from "../../tracing/traceparent.ts"

export interface PagePlace {
  readonly start: bigint
  readonly traceId: string
}

export const formatPage = ({ start, traceId }: PagePlace): string => `${start}-${traceId}`

/** `undefined` for a text that is no token. */
export const parsePage = (text: string): PagePlace | undefined => {
  const [, start, traceId] = /^(\d{1,20})-([0-9a-f]{32})$/.exec(text) ?? []
  return start === undefined || traceId === undefined || !isTraceId(traceId)
    ? undefined
    : { start: BigInt(start), traceId }
}

/** The order of results: newest first, of one start by id. */
export const byNewest = (a: PagePlace, b: PagePlace): number =>
  a.start === b.start ? (a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0) : a.start > b.start ? -1 : 1
