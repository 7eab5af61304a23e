/**
 * Finished spans as bytes in pages outside the collected heap: a hundred thousand spans that lie there for minutes cost the garbage collector
 * nothing, and a span about 90 bytes, a link of it 90 more.
 *
 * A span with events, a status message, lists, or a text that is long or not Latin-1 is not packed: {@link SpanPages.put} says so. See
 * `packedFields` for how the fields lie. A page is used again when all its spans were released.
 */
import type { SpanData, SpanKind, SpanStatus } from "../../../domain/tracing/SpanData.ts"
import { FieldReader, fieldsSize, FieldWriter, makeCommonTexts, type Packed, spanIdDigits } from "./packedFields.ts"

const pageBytes = 1 << 18

interface Page extends Packed {
  /** Spans in it. */
  live: number
}

const kinds: ReadonlyArray<SpanKind> = ["internal", "server", "client", "producer", "consumer"]
const codes: ReadonlyArray<SpanStatus["code"]> = ["unset", "ok", "error"]
const statuses: ReadonlyArray<SpanStatus> = codes.map((code) => ({ code }))

/** Where the fields lie that are of one length; ids, `tracestate`, attributes and links follow. */
const at = { start: 0, end: 8, name: 16, flags: 18, kind: 19, status: 20, hasParent: 21 }
const headBytes = 22

const makePage = (): Page => {
  const bytes = new Uint8Array(pageBytes)
  return { bytes, view: new DataView(bytes.buffer), live: 0 }
}

export class SpanPages {
  private readonly pages: Array<Page> = []
  private free: Array<number> = []
  private current = 0
  private used = 0
  private readonly common = makeCommonTexts()
  private readonly out = new FieldWriter(this.common)

  /** Bytes that are held. */
  get size(): number {
    return this.pages.length * pageBytes
  }

  /** Writes a span and gives its position; `undefined` for one that is not packed. */
  put(span: SpanData): number | undefined {
    const { events, parentSpanId, status } = span
    if (events.length > 0 || status.message !== undefined) return undefined
    const name = this.common.names.numberOf(span.name)
    const size = fieldsSize(span)
    if (name === undefined || size === undefined || headBytes + size > pageBytes) return undefined
    if (this.used + headBytes + size > pageBytes) this.turn()
    const from = this.used
    const { out, page } = this
    const { bytes, view } = page
    out.begin(page, from + headBytes)
    out.text(span.spanId)
    if (parentSpanId !== undefined) out.text(parentSpanId)
    out.state(span.traceState)
    out.attributes(span.attributes, span.traceId)
    out.links(span.links)
    if (!out.isWhole) return undefined
    view.setBigInt64(from + at.start, span.startTime)
    view.setBigInt64(from + at.end, span.endTime)
    view.setUint16(from + at.name, name)
    bytes[from + at.flags] = span.flags
    bytes[from + at.kind] = kinds.indexOf(span.kind)
    bytes[from + at.status] = codes.indexOf(status.code)
    bytes[from + at.hasParent] = parentSpanId === undefined ? 0 : 1
    this.used = out.at
    page.live++
    return this.current * pageBytes + from
  }

  /** The span at a position. */
  read(position: number, traceId: string): SpanData | undefined {
    const page = this.pages[Math.floor(position / pageBytes)]
    if (page === undefined) return undefined
    const from = position % pageBytes
    const { bytes, view } = page
    const fields = new FieldReader(this.common, page, from + headBytes)
    return {
      traceId,
      spanId: fields.text(spanIdDigits),
      parentSpanId: bytes[from + at.hasParent] === 1 ? fields.text(spanIdDigits) : undefined,
      traceState: fields.state(),
      flags: bytes[from + at.flags] ?? 0,
      name: this.common.names.text(view.getUint16(from + at.name)) ?? "",
      kind: kinds[bytes[from + at.kind] ?? 0] ?? "internal",
      startTime: view.getBigInt64(from + at.start),
      endTime: view.getBigInt64(from + at.end),
      status: statuses[bytes[from + at.status] ?? 0] ?? { code: "unset" },
      attributes: fields.attributes(traceId),
      events: [],
      links: fields.links()
    }
  }

  /** The name of the span at a position. */
  nameAt(position: number): string | undefined {
    const page = this.pages[Math.floor(position / pageBytes)]
    return page === undefined ? undefined : this.common.names.text(page.view.getUint16(position % pageBytes + at.name))
  }

  /** The span at a position is no longer wanted. */
  release(position: number): void {
    const number = Math.floor(position / pageBytes)
    const page = this.pages[number]
    if (page !== undefined && --page.live === 0 && number !== this.current) this.free.push(number)
  }

  /** The page that is being filled, made when something is put into it. */
  private get page(): Page {
    return this.pages[this.current] ??= makePage()
  }

  /** Goes on in another page. */
  private turn(): void {
    if (this.page.live === 0) this.free.push(this.current)
    this.current = this.free.pop() ?? this.pages.length
    this.used = 0
  }
}
