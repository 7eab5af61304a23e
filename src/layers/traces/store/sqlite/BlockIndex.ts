/**
 * What is known of the traces of a block beside their bytes: columns to search, tags, calls between services, operations, links to other traces.
 *
 * State: one block's; {@link TraceColumns} and a {@link TagSet}.
 */
import { unknownService } from "../../../../domain/traces/StoredSpan.ts"
import { Calls, hourNanos } from "./Calls.ts"
import type { Names } from "./Names.ts"
import type { ResourceInfo } from "./sharedMessages.ts"
import { SpanIds } from "./SpanIds.ts"
import type { SpanView } from "./SpanView.ts"
import { TagSet } from "./TagFilter.ts"
import { attributesOfSpan, hashAttributes, operationHash } from "./TagHasher.ts"
import { isBefore, spanColumn, spanFlag, traceColumn, TraceColumns } from "./TraceColumns.ts"

const [server, client] = [2, 3]

/** A span that links to another trace. */
export interface LinkFrom {
  /** Of the linked trace, 32 hex digits. */
  readonly target: string
  /** Place of the linking trace in the block. */
  readonly place: number
}

export const wordAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0

/** OTLP's bits of a span's flags: it is known whether the parent is remote, and it is. */
const remote = 0x300

/** As decoding has it: what is not known is internal. */
export const knownKind = (kind: number): number => kind >= 1 && kind <= 5 ? kind : 1

/** Exact below 2^16 services and 2^34 names. */
const operationKey = (service: number, operation: number, kind: number): number =>
  (operation * 65_536 + service) * 8 + kind

const serviceName = "service.name"

export class BlockIndex {
  readonly columns = new TraceColumns()
  readonly tags = new TagSet()
  readonly calls = new Calls()
  readonly spanIds = new SpanIds()
  links: Array<LinkFrom> = []
  /** Service, operation and kind of those not met before in this file. */
  freshOperations: Array<readonly [service: number, operation: number, kind: number]> = []
  readonly #operations = new Set<number>()
  readonly #names: Names
  readonly #services = new Map<string, number>()

  constructor(names: Names) {
    this.#names = names
  }

  knowOperation(service: number, operation: number, kind: number): void {
    this.#operations.add(operationKey(service, operation, kind))
  }

  /** A span of the trace that is being taken in. */
  addSpan(view: SpanView, info: ResourceInfo): void {
    const { columns } = this
    const { bytes, flags, kind, name, nameEnd, parent, spanId, status } = view
    const place = columns.spans++
    const service = this.#service(view, info)
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const operation = this.#names.idOf(text.toString("utf8", name, nameEnd))
    columns.setSpan(place, spanColumn.service, service)
    columns.setSpan(place, spanColumn.operation, operation)
    const known = knownKind(kind)
    columns.setSpan(
      place,
      spanColumn.flags,
      (status === 2 ? spanFlag.error : 0) |
        (parent === 0 ? spanFlag.root : (flags & remote) === remote ? spanFlag.remote : 0)
        | (known << spanFlag.kindShift)
    )
    columns.setSpan(place, spanColumn.start, view.startHigh)
    columns.setSpan(place, spanColumn.start + 1, view.startLow)
    columns.setSpan(place, spanColumn.end, view.endHigh)
    columns.setSpan(place, spanColumn.end + 1, view.endLow)
    hashAttributes(view, this.tags.add, attributesOfSpan)
    const hash = operationHash(service, operation)
    if (!this.tags.has(hash)) {
      this.tags.add(hash)
      this.tags.add(operationHash(0, operation))
    }
    this.#operation(service, operation, known)
    for (const at of view.links) this.links.push({ target: text.toString("hex", at, at + 16), place: columns.traces })
    this.spanIds.add(
      wordAt(bytes, spanId),
      wordAt(bytes, spanId + 4),
      known,
      parent === 0 ? 0 : wordAt(bytes, parent),
      parent === 0 ? 0 : wordAt(bytes, parent + 4),
      service
    )
  }

  /** The spans from `first` on are a trace. */
  closeTrace(traceId: string, frame: number, first: number): void {
    const { columns } = this
    const place = columns.traces++
    for (let i = 0; i < 4; i++) columns.setTrace(place, i, Number.parseInt(traceId.slice(i * 8, i * 8 + 8), 16))
    columns.setTrace(place, traceColumn.frame, frame)
    columns.setTrace(place, traceColumn.firstSpan, first)
    let [earliest, latest] = [first, first]
    for (let span = first + 1; span < columns.spans; span++) {
      if (this.#isBefore(span, earliest, spanColumn.start)) earliest = span
      if (this.#isBefore(latest, span, spanColumn.end)) latest = span
    }
    for (const half of [0, 1]) {
      columns.setTrace(place, traceColumn.start + half, columns.span(earliest, spanColumn.start + half))
      columns.setTrace(place, traceColumn.end + half, columns.span(latest, spanColumn.end + half))
    }
    this.countCalls(place, 1)
    this.spanIds.clear()
  }

  /** Adds the calls of the trace in {@link spanIds}, or takes them back. */
  countCalls(place: number, sign: number): void {
    const { columns, spanIds } = this
    const first = columns.trace(place, traceColumn.firstSpan)
    const hour = Math.floor(columns.traceMoment(place, traceColumn.start) / hourNanos)
    for (let span = 0; span < spanIds.size; span++) {
      const caller = spanIds.caller(span, server, client)
      if (caller === undefined) continue
      const [parent, child] = [spanIds.service(caller), spanIds.service(span)]
      if (parent === child) continue
      const error = (columns.span(first + span, spanColumn.flags) & spanFlag.error) !== 0
      this.calls.add(hour, parent, child, error, sign)
    }
  }

  clear(): void {
    this.columns.clear()
    this.tags.clear()
    this.links = []
  }

  #isBefore(a: number, b: number, column: number): boolean {
    const { columns } = this
    return isBefore(
      columns.span(a, column),
      columns.span(a, column + 1),
      columns.span(b, column),
      columns.span(b, column + 1)
    )
  }

  #service(view: SpanView, { service }: ResourceInfo): number {
    let name = service
    if (name === undefined) {
      const own = attributesOfSpan(view.bytes)[serviceName]
      name = typeof own === "string" && own !== "" ? own : unknownService
    }
    const known = this.#services.get(name)
    if (known !== undefined) return known
    const id = this.#names.idOf(name)
    this.#services.set(name, id)
    return id
  }

  #operation(service: number, operation: number, kind: number): void {
    const key = operationKey(service, operation, kind)
    if (this.#operations.has(key)) return
    this.#operations.add(key)
    this.freshOperations.push([service, operation, kind])
  }
}
