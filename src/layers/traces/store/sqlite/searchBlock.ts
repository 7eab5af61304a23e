/** The traces of one block that a query asks for. */
import type { StoredTraceSummary, TraceQuery } from "../../../../domain/traces/TraceQuery.ts"
import { attributeText } from "../../../../domain/tracing/attributeText.ts"
import type { Attributes } from "../../../../domain/tracing/SpanData.ts"
import type { FramedTrace, FrameReader } from "./frames.ts"
import { SpanView } from "./SpanView.ts"
import { attributesOfResource, attributesOfSpan, hasTag, operationHash, tagHash } from "./TagHasher.ts"
import { spanColumn, spanFlag, traceColumn, type TraceColumns } from "./TraceColumns.ts"
import type { TraceFile } from "./TraceFile.ts"

/** A query in a file's numbers. */
export interface FileQuery {
  readonly file: TraceFile
  /** 0: any. */
  readonly service: number
  readonly operation: number
  readonly error: boolean | undefined
  readonly tags: ReadonlyArray<readonly [key: string, keyBytes: Uint8Array, value: string]>
  /** What a block must hold. */
  readonly hashes: ReadonlyArray<number>
  /** Of the trace as a whole. */
  readonly fits: (start: bigint, duration: bigint) => boolean
}

const encoder = new TextEncoder()

/** `undefined`: the file has nothing of what is asked for. */
export const queryOf = (file: TraceFile, query: TraceQuery, fits: FileQuery["fits"]): FileQuery | undefined => {
  const service = query.service === undefined ? 0 : file.names.find(query.service)
  const operation = query.operation === undefined ? 0 : file.names.find(query.operation)
  if (service === undefined || operation === undefined) return undefined
  const tags = Object.entries(query.tags ?? {})
  return {
    file,
    service,
    operation,
    error: query.error,
    tags: tags.map(([key, value]) => [key, encoder.encode(key), value] as const),
    hashes: [
      ...tags.map(([key, value]) => tagHash(key, value)),
      ...(operation === 0 ? [] : [operationHash(service, operation)])
    ],
    fits
  }
}

/** Whether the columns of a span are what the query asks for. */
const fitsSpan = (columns: TraceColumns, span: number, { error, operation, service }: FileQuery): boolean =>
  (service === 0 || columns.span(span, spanColumn.service) === service)
  && (operation === 0 || columns.span(span, spanColumn.operation) === operation)
  && (error !== true || (columns.span(span, spanColumn.flags) & spanFlag.error) !== 0)

const view = new SpanView()

const hasTags = (
  { parts }: FramedTrace,
  columns: TraceColumns,
  first: number,
  query: FileQuery,
  resources: Map<Uint8Array, Attributes>
): boolean =>
  parts.some(({ resource, span }, i) => {
    if (!fitsSpan(columns, first + i, query)) return false
    view.open(span)
    return query.tags.every(([key, keyBytes, value]) => {
      if (hasTag(view, keyBytes, value, attributesOfSpan) === true) return true
      const attributes = resources.get(resource) ?? attributesOfResource(resource)
      resources.set(resource, attributes)
      const held = Object.hasOwn(attributes, key) ? attributes[key] : undefined
      return held !== undefined && attributeText(held) === value
    })
  })

/** In the order in which they stand. */
export const searchBlock = (query: FileQuery, block: number): ReadonlyArray<StoredTraceSummary> => {
  const { file } = query
  const columns = file.columns(block)
  const found: Array<StoredTraceSummary> = []
  const resources = new Map<Uint8Array, Attributes>()
  let reader: FrameReader | undefined
  for (let place = 0; place < columns.traces; place++) {
    if (file.isSuperseded(block, place)) continue
    const start = columns.traceTime(place, traceColumn.start)
    const end = columns.traceTime(place, traceColumn.end)
    if (end < file.horizon || !query.fits(start, end > start ? end - start : 0n)) continue
    const [first, behind] = [columns.trace(place, traceColumn.firstSpan), columns.endOfSpans(place)]
    let fitting = false
    let errors = 0
    for (let span = first; span < behind; span++) {
      fitting ||= fitsSpan(columns, span, query)
      errors += columns.span(span, spanColumn.flags) & spanFlag.error
    }
    if (!fitting || (query.error === false && errors > 0)) continue
    if (query.tags.length > 0) {
      reader ??= file.reader(block)
      const trace = reader.traceAt(columns.trace(place, traceColumn.frame))
      if (!hasTags(trace, columns, first, query, resources)) continue
    }
    found.push(summaryOf(file, columns, place, errors))
  }
  return found
}

/** 0 for the trace's own root, 1 for the first span of a process, 2 for the others. */
const rank = (flags: number): number => (flags & spanFlag.root) !== 0 ? 0 : (flags & spanFlag.remote) !== 0 ? 1 : 2

const summaryOf = (file: TraceFile, columns: TraceColumns, place: number, errorCount: number): StoredTraceSummary => {
  const [first, behind] = [columns.trace(place, traceColumn.firstSpan), columns.endOfSpans(place)]
  const start = columns.traceTime(place, traceColumn.start)
  const end = columns.traceTime(place, traceColumn.end)
  const services = new Set<string>()
  let root = first
  for (let span = first; span < behind; span++) {
    services.add(file.names.text(columns.span(span, spanColumn.service)))
    const order = rank(columns.span(span, spanColumn.flags)) - rank(columns.span(root, spanColumn.flags))
    if (
      order < 0 || (order === 0 && columns.spanTime(span, spanColumn.start) < columns.spanTime(root, spanColumn.start))
    ) {
      root = span
    }
  }
  return {
    traceId: columns.traceId(place),
    rootService: file.names.text(columns.span(root, spanColumn.service)),
    rootName: file.names.text(columns.span(root, spanColumn.operation)),
    start,
    durationNanos: end > start ? end - start : 0n,
    spanCount: behind - first,
    errorCount,
    services: Array.from(services).sort()
  }
}
