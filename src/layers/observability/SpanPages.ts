/**
 * Finished spans as bytes in pages outside the collected heap: a hundred thousand spans that lie there for minutes cost the garbage collector
 * nothing, and a span about 90 bytes.
 *
 * A span with events, links, a status message, lists, or a text that is long or not Latin-1 is not packed: {@link SpanPages.put} says so. Names and
 * attribute keys are written once, at most {@link mostTexts} of them, and so are the first {@link mostStates} of `tracestate`: nearly all spans have
 * that of the sampler's threshold. A text that is the trace id, as that of an event mostly is, is not written at all. A page is used again when all
 * its spans were released.
 */
import type { Attributes, AttributeValue, SpanData, SpanKind, SpanStatus } from "../../domain/tracing/SpanData.ts"
import { KnownTexts } from "./KnownTexts.ts"

const pageBytes = 1 << 18
/** Names and keys, each at most so long. */
const mostTexts = 8192
const mostStates = 256
const longestName = 256
const longestText = 1024
const mostAttributes = 0xff

interface Page {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Spans in it. */
  live: number
}

const kinds: ReadonlyArray<SpanKind> = ["internal", "server", "client", "producer", "consumer"]
const codes: ReadonlyArray<SpanStatus["code"]> = ["unset", "ok", "error"]
const statuses: ReadonlyArray<SpanStatus> = codes.map((code) => ({ code }))
const idDigits = 16
const noState = 0xffff
/** Added to the number of a `tracestate` that is known, which tells it from the length of one that is written out. */
const knownState = 0x8000

/** Where the fields lie that every span has; the parent's id, a `tracestate` that is not known and the attributes follow. */
const at = {
  spanId: 0,
  start: 16,
  end: 24,
  name: 32,
  state: 34,
  flags: 36,
  kind: 37,
  status: 38,
  hasParent: 39,
  count: 40
}
const headBytes = 41
const tags = { text: 0, number: 1, true: 2, false: 3, traceId: 4 } as const

export class SpanPages {
  private readonly pages: Array<Page> = []
  private free: Array<number> = []
  private current = -1
  private used = pageBytes
  private readonly names = new KnownTexts(mostTexts, longestName)
  private readonly states = new KnownTexts(mostStates, longestText)

  /** Bytes that are held. */
  get size(): number {
    return this.pages.length * pageBytes
  }

  /** Writes a span and gives its position; `undefined` for one that is not packed. */
  put(span: SpanData): number | undefined {
    const { attributes, events, links, parentSpanId, spanId, status, traceId, traceState } = span
    if (events.length > 0 || links.length > 0 || status.message !== undefined) return undefined
    const name = this.names.numberOf(span.name)
    const size = sizeOf(span)
    if (name === undefined || size === undefined) return undefined
    if (this.used + size > pageBytes) this.turn()
    const page = this.pages[this.current]
    if (page === undefined) return undefined
    const from = this.used
    const { bytes, view } = page
    seen = 0
    writeLatin1(bytes, from + at.spanId, spanId)
    view.setBigInt64(from + at.start, span.startTime)
    view.setBigInt64(from + at.end, span.endTime)
    view.setUint16(from + at.name, name)
    const state = traceState === undefined ? noState : this.stateOf(traceState)
    view.setUint16(from + at.state, state)
    bytes[from + at.flags] = span.flags
    bytes[from + at.kind] = kinds.indexOf(span.kind)
    bytes[from + at.status] = codes.indexOf(status.code)
    bytes[from + at.hasParent] = parentSpanId === undefined ? 0 : 1
    let to = from + headBytes
    if (parentSpanId !== undefined) to = writeLatin1(bytes, to, parentSpanId)
    if (traceState !== undefined && state < knownState) to = writeLatin1(bytes, to, traceState)
    let count = 0
    for (const key in attributes) {
      const number = this.names.numberOf(key)
      const value = attributes[key]
      if (number === undefined || value === undefined) return undefined
      view.setUint16(to, number)
      to = writeValue(page, to + 2, value, traceId)
      count++
    }
    if (seen > 0xff) return undefined
    bytes[from + at.count] = count
    this.used = to
    page.live++
    return this.current * pageBytes + from
  }

  /** The span at a position. */
  read(position: number, traceId: string): SpanData | undefined {
    const page = this.pages[Math.floor(position / pageBytes)]
    if (page === undefined) return undefined
    const from = position % pageBytes
    const { bytes, view } = page
    const hasParent = bytes[from + at.hasParent] === 1
    const stateFrom = from + headBytes + (hasParent ? idDigits : 0)
    const state = view.getUint16(from + at.state)
    const stateLength = state < knownState ? state : 0
    return {
      traceId,
      spanId: readLatin1(bytes, from + at.spanId, idDigits),
      parentSpanId: hasParent ? readLatin1(bytes, from + headBytes, idDigits) : undefined,
      traceState: state < knownState ? readLatin1(bytes, stateFrom, stateLength) : this.states.text(state - knownState),
      flags: bytes[from + at.flags] ?? 0,
      name: this.names.text(view.getUint16(from + at.name)) ?? "",
      kind: kinds[bytes[from + at.kind] ?? 0] ?? "internal",
      startTime: view.getBigInt64(from + at.start),
      endTime: view.getBigInt64(from + at.end),
      status: statuses[bytes[from + at.status] ?? 0] ?? { code: "unset" },
      attributes: this.readAttributes(page, stateFrom + stateLength, bytes[from + at.count] ?? 0, traceId),
      events: [],
      links: []
    }
  }

  /** The name of the span at a position. */
  nameAt(position: number): string | undefined {
    const page = this.pages[Math.floor(position / pageBytes)]
    return page === undefined ? undefined : this.names.text(page.view.getUint16(position % pageBytes + at.name))
  }

  /** The span at a position is no longer wanted. */
  release(position: number): void {
    const number = Math.floor(position / pageBytes)
    const page = this.pages[number]
    if (page !== undefined && --page.live === 0 && number !== this.current) this.free.push(number)
  }

  private readAttributes({ bytes, view }: Page, from: number, count: number, traceId: string): Attributes {
    const entries: Array<readonly [string, AttributeValue]> = []
    let next = from
    for (let i = 0; i < count; i++) {
      const key = this.names.text(view.getUint16(next)) ?? ""
      const tag = bytes[next + 2]
      next += 3
      if (tag === tags.text) {
        const length = view.getUint16(next)
        entries.push([key, readLatin1(bytes, next + 2, length)])
        next += 2 + length
      } else if (tag === tags.number) {
        entries.push([key, view.getFloat64(next)])
        next += 8
      } else if (tag === tags.traceId) entries.push([key, traceId])
      else entries.push([key, tag === tags.true])
    }
    return Object.fromEntries(entries)
  }

  /** What stands for a `tracestate`: from {@link knownState} on its number, below its length. */
  private stateOf(state: string): number {
    const number = this.states.numberOf(state)
    return number === undefined ? state.length : knownState + number
  }

  /** Goes on in another page. */
  private turn(): void {
    const last = this.current
    if (this.pages[last]?.live === 0) this.free.push(last)
    const free = this.free.pop()
    if (free === undefined) {
      const bytes = new Uint8Array(pageBytes)
      this.pages.push({ bytes, view: new DataView(bytes.buffer), live: 0 })
    }
    this.current = free ?? this.pages.length - 1
    this.used = 0
  }
}

/** The bytes of a span; `undefined` if something of it is not packed. */
const sizeOf = ({ attributes, parentSpanId, spanId, traceState }: SpanData): number | undefined => {
  if (spanId.length !== idDigits || (parentSpanId !== undefined && parentSpanId.length !== idDigits)) return undefined
  if (traceState !== undefined && traceState.length > longestText) return undefined
  let size = headBytes + (parentSpanId === undefined ? 0 : idDigits) + (traceState?.length ?? 0)
  let count = 0
  for (const key in attributes) {
    const value = attributes[key]
    if (++count > mostAttributes) return undefined
    if (typeof value === "string") {
      if (value.length > longestText) return undefined
      size += 5 + value.length
    } else if (typeof value === "number") size += 11
    else if (typeof value === "boolean") size += 3
    else return undefined
  }
  return size > pageBytes ? undefined : size
}

/** All bits of the characters that were written: over 8 of them, and the span is none that is packed. So each text is gone through once. */
let seen = 0

const writeLatin1 = (bytes: Uint8Array, from: number, text: string): number => {
  const { length } = text
  let bits = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    bits |= code
    bytes[from + i] = code
  }
  seen |= bits
  return from + length
}

const readLatin1 = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length))

const writeValue = ({ bytes, view }: Page, from: number, value: AttributeValue, traceId: string): number => {
  if (value === traceId) {
    bytes[from] = tags.traceId
    return from + 1
  }
  if (typeof value === "string") {
    bytes[from] = tags.text
    view.setUint16(from + 1, value.length)
    return writeLatin1(bytes, from + 3, value)
  }
  if (typeof value === "number") {
    bytes[from] = tags.number
    view.setFloat64(from + 1, value)
    return from + 9
  }
  bytes[from] = value === true ? tags.true : tags.false
  return from + 1
}
