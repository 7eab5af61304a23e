/**
 * One file of traces: what is written to it, and what it knows to answer from.
 *
 * A write is one transaction. Traces that do not fill a block yet are written as pieces of the next one, and held open here as they are in the file, so that what
 * was written is found at once and survives the process. State: the open block, the names, and what is cached of others.
 */
import { BlockBuilder } from "./BlockBuilder.ts"
import type { ByteCache } from "./ByteCache.ts"
import { type DroppedTrace, encodeDropped, findDropped, mergeAt, mergeDropped } from "./droppedTraces.ts"
import { type FramedTrace, FrameReader } from "./frames.ts"
import { Names } from "./Names.ts"
import type { ResourceFacts } from "./sharedMessages.ts"
import { mayHold, sliceCount, sliceOf } from "./TagFilter.ts"
import { spanColumn, spanFlag, traceColumn, TraceColumns } from "./TraceColumns.ts"
import type { ServiceBlock, TraceRows } from "./traceFileRows.ts"
import { hashOfTrace, type PlaceOf } from "./traceFileRows.ts"

const blocksOfGroup = 64

/** Two caches for all files. */
export interface TraceCaches {
  readonly frames: ByteCache<Uint8Array>
  readonly columns: ByteCache<TraceColumns>
  readonly slices: ByteCache<Uint8Array>
}

export class TraceFile {
  readonly rows: TraceRows
  readonly file: string
  names = new Names()
  #builder: BlockBuilder
  #open = 1
  #superseded = new Map<number, Set<number>>()
  #totals = { traces: 0, spans: 0 }
  #version = -1
  /** Traces that ended before this are gone, ns. */
  horizon = 0n
  #forgotten = 0
  /** Of a file of which traces are gone, as far as they are known. */
  #operations: ReadonlyArray<readonly [number, number, number]> | undefined
  /** Of the cached; another after a write that failed. */
  #life = 0
  readonly #facts: ResourceFacts
  readonly #caches: TraceCaches

  constructor(file: string, rows: TraceRows, facts: ResourceFacts, caches: TraceCaches) {
    this.file = file
    this.rows = rows
    this.#facts = facts
    this.#caches = caches
    this.#builder = new BlockBuilder(this.names, facts)
    this.reload()
  }

  /** Takes up what the file holds. */
  reload(): void {
    const { rows } = this
    rows.snapshot(() => {
      this.names = new Names()
      for (const [id, text] of rows.names()) this.names.load(id, text)
      this.#builder = new BlockBuilder(this.names, this.#facts)
      const { index } = this.#builder
      for (const [service, operation, kind] of rows.operations()) index.knowOperation(service, operation, kind)
      for (const trace of new FrameReader(Buffer.concat(rows.pending())).traces()) this.#builder.add(trace)
      this.#builder.stored = this.#builder.frames.size
      index.calls.clear()
      index.freshOperations = []
      const { last, spans, traces } = rows.totals()
      this.#open = last + 1
      this.#totals = { traces, spans }
      this.#superseded = new Map()
      for (const place of rows.superseded()) this.#markSuperseded(place, place.spans)
      this.horizon = BigInt(rows.meta("horizon") ?? 0)
      this.#forgotten = Number(rows.meta("forgotten") ?? 0)
      this.#version = rows.version()
    })
  }

  /** Those that ended before are gone: so many. */
  forget(before: bigint, traces: number): void {
    this.rows.transaction(() => {
      this.rows.setMeta("horizon", String(before))
      this.rows.setMeta("forgotten", String(this.#forgotten + traces))
    })
    this.horizon = before
    this.#operations = undefined
    this.#forgotten += traces
  }

  /** After a write that failed: nothing of it stays. */
  recover(): void {
    this.#life++
    this.reload()
  }

  /** For a file that another process writes. */
  refresh(): void {
    if (this.rows.version() !== this.#version) this.reload()
  }

  get traces(): number {
    return this.#totals.traces + this.#builder.index.columns.traces - this.#forgotten
  }

  get spans(): number {
    return this.#totals.spans + this.#builder.index.columns.spans
  }

  /** The block that is open. */
  get openId(): number {
    return this.#open
  }

  /** To be called in a transaction; when that fails, {@link recover}. */
  write(traces: ReadonlyArray<FramedTrace>, dropped: ReadonlyArray<DroppedTrace>): void {
    const { rows } = this
    this.#operations = undefined
    const places: Array<readonly [hash: number, place: PlaceOf]> = []
    for (const trace of traces) {
      const place = { block: this.#open, place: this.#builder.index.columns.traces }
      this.#builder.add(trace)
      places.push([hashOfTrace(trace.traceId), place])
      if (this.#builder.isFull) this.#seal()
    }
    places.sort(([a], [b]) => a - b)
    for (const [hash, place] of places) rows.addPlace(hash, place)
    if (dropped.length > 0) this.#drop(dropped)
    this.#store()
  }

  /** Closes the block that is open, full or not. In a transaction. */
  close(): void {
    if (!this.#builder.isEmpty) this.#seal()
    this.#store()
  }

  /** A trace stands elsewhere from now on; its calls are counted there. In a transaction. */
  supersede(place: PlaceOf, trace: FramedTrace): void {
    const scratch = new BlockBuilder(this.names, this.#facts)
    scratch.add(trace)
    for (const { calls, child, errors, hour, parent } of scratch.index.calls.values()) {
      this.rows.addCalls({ hour, parent, child, calls: -calls, errors: -errors })
    }
    this.rows.supersede(place, trace.parts.length)
    this.#markSuperseded(place, trace.parts.length)
  }

  isSuperseded(block: number, place: number): boolean {
    return this.#superseded.get(block)?.has(place) === true
  }

  /** Where this trace stands now. */
  find(traceId: string): ReadonlyArray<PlaceOf> {
    return this.rows.places(hashOfTrace(traceId)).filter(({ block, place }) =>
      !this.isSuperseded(block, place) && this.columns(block).traceId(place) === traceId
    )
  }

  columns(block: number): TraceColumns {
    if (block === this.#open) return this.#builder.index.columns
    return this.#caches.columns.get(
      this.#key(block),
      () => TraceColumns.decode(this.rows.columns(block)),
      (columns) => columns.bytes
    )
  }

  /** Its bytes stay what they are, whatever is written. */
  trace({ block, place }: PlaceOf): FramedTrace {
    const reader = block === this.#open
      ? new FrameReader(Buffer.from(this.#builder.frames.from(0)))
      : this.reader(block)
    return reader.traceAt(this.columns(block).trace(place, traceColumn.frame))
  }

  /** Of the open block it may be used until the next write. */
  reader(block: number): FrameReader {
    return new FrameReader(
      block === this.#open
        ? this.#builder.frames.from(0)
        : this.#caches.frames.get(this.#key(block), () => this.rows.frames(block), (bytes) => bytes.length)
    )
  }

  /** Service, operation and kind of all spans that are not gone. */
  operations(): ReadonlyArray<readonly [service: number, operation: number, kind: number]> {
    if (this.horizon === 0n) return this.rows.operations()
    return this.#operations ??= liveOperations(this)
  }

  dropped(traceId: string) {
    for (const row of this.rows.dropped()) {
      const found = findDropped(row, traceId, this.names)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** The block that is open, as a row of a service (0: any); `undefined` where it has none of its spans. */
  openBlock(service: number): ServiceBlock | undefined {
    return serviceBlocksOf(this.#open, this.#builder.index.columns).get(service)
  }

  /** Whether a block may hold all of these tags. */
  mayHold(block: number, hashes: ReadonlyArray<number>): boolean {
    if (block === this.#open) return hashes.every((hash) => this.#builder.index.tags.has(hash))
    const group = Math.floor(block / blocksOfGroup)
    return hashes.every((hash) => {
      const slice = sliceOf(hash)
      const row = this.#slices(group * sliceCount + slice, group)
      if (row === undefined) {
        const filter = this.#caches.slices.get(
          this.#key(block),
          () => this.rows.filter(block),
          (bytes) => bytes.length
        )
        const bytes = filter.length / sliceCount
        return mayHold(filter, slice * bytes, bytes, hash)
      }
      const lengths = Buffer.from(row.buffer, row.byteOffset, row.length)
      let at = blocksOfGroup * 4
      for (let before = 0; before < block % blocksOfGroup; before++) at += lengths.readUInt32LE(before * 4)
      return mayHold(row, at, lengths.readUInt32LE((block % blocksOfGroup) * 4), hash)
    })
  }

  #key(block: number): string {
    return `${this.file} ${this.#life} ${block}`
  }

  #slices(id: number, group: number): Uint8Array | undefined {
    if ((group + 1) * blocksOfGroup > this.#open) return undefined
    const row = this.#caches.slices.get(
      this.#key(-1 - id),
      () => this.rows.slices(id) ?? new Uint8Array(0),
      (bytes) => bytes.length
    )
    return row.length === 0 ? undefined : row
  }

  #markSuperseded({ block, place }: PlaceOf, spans: number): void {
    const places = this.#superseded.get(block) ?? new Set()
    places.add(place)
    this.#superseded.set(block, places)
    this.#totals.traces--
    this.#totals.spans -= spans
  }

  #seal(): void {
    const { rows } = this
    const { frames, index } = this.#builder
    const { columns, tags } = index
    const block = this.#open
    rows.addBlock(block, columns.traces, columns.spans, frames.from(0), columns.encode(), tags.toFilter())
    for (const [service, row] of serviceBlocksOf(block, columns)) rows.addServiceBlock(service, row)
    if (this.#builder.stored > 0) rows.clearPending()
    this.#totals.traces += columns.traces
    this.#totals.spans += columns.spans
    this.#storeLinks()
    this.#builder.clear()
    this.#open++
    if (this.#open % blocksOfGroup === 0) this.#closeGroup(this.#open / blocksOfGroup - 1)
  }

  #closeGroup(group: number): void {
    const first = group * blocksOfGroup
    const filters = Array.from(
      { length: blocksOfGroup },
      (_, i) => first + i === 0 ? new Uint8Array(0) : this.rows.filter(first + i)
    )
    for (let slice = 0; slice < sliceCount; slice++) {
      const lengths = Buffer.alloc(blocksOfGroup * 4)
      const parts = filters.map((filter, i) => {
        const bytes = filter.length / sliceCount
        lengths.writeUInt32LE(bytes, i * 4)
        return filter.subarray(slice * bytes, (slice + 1) * bytes)
      })
      this.rows.addSlices(group * sliceCount + slice, Buffer.concat([lengths, ...parts]))
    }
    this.rows.dropFilters(first, first + blocksOfGroup - 1)
  }

  #drop(dropped: ReadonlyArray<DroppedTrace>): void {
    const { rows } = this
    rows.addDropped(0, encodeDropped(dropped, this.names))
    for (let level = 0;; level++) {
      const data = rows.droppedOf(level)
      if (data.length < mergeAt) return
      rows.removeDropped(level)
      rows.addDropped(level + 1, mergeDropped(data))
    }
  }

  #storeLinks(): void {
    const { index } = this.#builder
    for (const { place, target } of index.links) this.rows.addLink(hashOfTrace(target), { block: this.#open, place })
    index.links = []
  }

  /** Writes down what came since the last time. */
  #store(): void {
    const { rows } = this
    const builder = this.#builder
    const { frames, index } = builder
    if (frames.size > builder.stored) {
      rows.addPending(frames.from(builder.stored))
      builder.stored = frames.size
    }
    this.#storeLinks()
    for (const [id, text] of this.names.fresh) rows.addName(id, text)
    this.names.fresh = []
    for (const [service, operation, kind] of index.freshOperations) rows.addOperation(service, operation, kind)
    index.freshOperations = []
    for (const count of index.calls.values()) rows.addCalls(count)
    index.calls.clear()
    builder.release()
  }
}

/** A look at every trace: only where some are gone, which is one file of a store. */
const liveOperations = (file: TraceFile): ReadonlyArray<readonly [number, number, number]> => {
  const found = new Map<string, readonly [number, number, number]>()
  for (const block of [...file.rows.blockIds(0, file.openId), file.openId]) {
    const columns = file.columns(block)
    for (let trace = 0; trace < columns.traces; trace++) {
      if (columns.traceTime(trace, traceColumn.end) < file.horizon) continue
      for (let span = columns.trace(trace, traceColumn.firstSpan); span < columns.endOfSpans(trace); span++) {
        const operation = [
          columns.span(span, spanColumn.service),
          columns.span(span, spanColumn.operation),
          columns.span(span, spanColumn.flags) >>> spanFlag.kindShift
        ] as const
        found.set(operation.join(" "), operation)
      }
    }
  }
  return Array.from(found.values())
}

/** What a block says of each service, and of all together as 0. */
const serviceBlocksOf = (block: number, columns: TraceColumns): ReadonlyMap<number, ServiceBlock> => {
  const rows = new Map<number, { block: number; newest: number; oldest: number; longest: number; errors: number }>()
  const services = columns.spanColumn(spanColumn.service)
  const flags = columns.spanColumn(spanColumn.flags)
  for (let trace = 0; trace < columns.traces; trace++) {
    const start = columns.traceMoment(trace, traceColumn.start)
    const duration = columns.durationOfTrace(trace)
    const seen = (service: number, errors: number): void => {
      const row = rows.get(service)
      if (row === undefined) {
        rows.set(service, { block, newest: start, oldest: start, longest: duration, errors })
        return
      }
      if (start > row.newest) row.newest = start
      if (start < row.oldest) row.oldest = start
      if (duration > row.longest) row.longest = duration
      row.errors += errors
    }
    for (let span = columns.trace(trace, traceColumn.firstSpan); span < columns.endOfSpans(trace); span++) {
      const error = (flags[span] ?? 0) & spanFlag.error
      seen(services[span] ?? 0, error)
      seen(0, error)
    }
  }
  return rows
}
