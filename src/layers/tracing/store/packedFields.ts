/**
 * How the fields of packed spans lie in bytes: texts in Latin-1, attributes and links each behind their count.
 *
 * Names, keys and values of `tracestate` that are known are two bytes; a text that is the trace id, as that of an event mostly is, is one. What cannot
 * be written so has no size.
 */
import type { Attributes, AttributeValue, SpanData, SpanLink } from "../../../domain/tracing/SpanData.ts"
import { KnownTexts } from "../KnownTexts.ts"

/** Names and keys, each at most so long. */
const mostTexts = 8192
const mostStates = 256
const longestName = 256
const longestText = 1024
/** Attributes, and links, of one span. */
const mostOfKind = 0xff

const noState = 0xffff
/** Added to the number of a `tracestate` that is known, which tells it from the length of one that is written out. */
const knownState = 0x8000
const tags = { text: 0, number: 1, true: 2, false: 3, traceId: 4 } as const

export const spanIdDigits = 16
const traceIdDigits = 32

/** What many spans have in common, each text kept once. */
export interface CommonTexts {
  readonly names: KnownTexts
  readonly states: KnownTexts
}

export const makeCommonTexts = (): CommonTexts => ({
  names: new KnownTexts(mostTexts, longestName),
  states: new KnownTexts(mostStates, longestText)
})

/** Where fields are written to and read from. */
export interface Packed {
  readonly bytes: Uint8Array
  readonly view: DataView
}

const attributesSize = (attributes: Attributes): number | undefined => {
  let size = 1
  let count = 0
  for (const key in attributes) {
    const value = attributes[key]
    if (++count > mostOfKind) return undefined
    if (typeof value === "string") {
      if (value.length > longestText) return undefined
      size += 5 + value.length
    } else if (typeof value === "number") size += 11
    else if (typeof value === "boolean") size += 3
    else return undefined
  }
  return size
}

const stateSize = (state: string | undefined): number | undefined => {
  if (state === undefined) return 2
  return state.length > longestText ? undefined : 2 + state.length
}

const linksSize = (links: ReadonlyArray<SpanLink>): number | undefined => {
  if (links.length > mostOfKind) return undefined
  let size = 1
  for (const { attributes, spanId, traceId, traceState } of links) {
    const [ofState, ofAttributes] = [stateSize(traceState), attributesSize(attributes)]
    const isPacked = traceId.length === traceIdDigits && spanId.length === spanIdDigits
    if (!isPacked || ofState === undefined || ofAttributes === undefined) return undefined
    size += traceIdDigits + spanIdDigits + ofState + ofAttributes
  }
  return size
}

/** The most bytes that the fields of a span take which {@link FieldWriter} writes; `undefined` if one of them is not packed. */
export const fieldsSize = ({ attributes, links, parentSpanId, spanId, traceState }: SpanData): number | undefined => {
  if (spanId.length !== spanIdDigits) return undefined
  if (parentSpanId !== undefined && parentSpanId.length !== spanIdDigits) return undefined
  const [ofState, ofAttributes, ofLinks] = [stateSize(traceState), attributesSize(attributes), linksSize(links)]
  if (ofState === undefined || ofAttributes === undefined || ofLinks === undefined) return undefined
  return 2 * spanIdDigits + ofState + ofAttributes + ofLinks
}

const noPage: Packed = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) }

/** Writes fields one after the other, from where it is told to {@link FieldWriter.begin}. */
export class FieldWriter {
  /** Where the next field goes. */
  at = 0
  /** All bits of the characters that were written: over 8 of them, and they were not all Latin-1. So each text is gone through once. */
  private seen = 0
  /** A key was not known. */
  private missing = false
  private page: Packed = noPage
  private readonly common: CommonTexts

  constructor(common: CommonTexts) {
    this.common = common
  }

  begin(page: Packed, at: number): void {
    this.page = page
    this.at = at
    this.seen = 0
    this.missing = false
  }

  /** Whether all that was written since {@link begin} can be read again. */
  get isWhole(): boolean {
    return this.seen <= 0xff && !this.missing
  }

  text(text: string): void {
    const { at, page: { bytes } } = this
    const { length } = text
    let bits = 0
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      bits |= code
      bytes[at + i] = code
    }
    this.seen |= bits
    this.at = at + length
  }

  state(state: string | undefined): void {
    const number = state === undefined ? undefined : this.common.states.numberOf(state)
    this.uint16(state === undefined ? noState : number === undefined ? state.length : knownState + number)
    if (state !== undefined && number === undefined) this.text(state)
  }

  attributes(attributes: Attributes, traceId: string): void {
    const counted = this.at++
    let count = 0
    for (const key in attributes) {
      const number = this.common.names.numberOf(key)
      const value = attributes[key]
      if (number === undefined || value === undefined) {
        this.missing = true
        return
      }
      this.uint16(number)
      this.value(value, traceId)
      count++
    }
    this.page.bytes[counted] = count
  }

  links(links: ReadonlyArray<SpanLink>): void {
    this.byte(links.length)
    for (const { attributes, spanId, traceId, traceState } of links) {
      this.text(traceId)
      this.text(spanId)
      this.state(traceState)
      this.attributes(attributes, traceId)
    }
  }

  private byte(value: number): void {
    this.page.bytes[this.at++] = value
  }

  private uint16(value: number): void {
    this.page.view.setUint16(this.at, value)
    this.at += 2
  }

  private value(value: AttributeValue, traceId: string): void {
    if (value === traceId) this.byte(tags.traceId)
    else if (typeof value === "string") {
      this.byte(tags.text)
      this.uint16(value.length)
      this.text(value)
    } else if (typeof value === "number") {
      this.byte(tags.number)
      this.page.view.setFloat64(this.at, value)
      this.at += 8
    } else this.byte(value === true ? tags.true : tags.false)
  }
}

/** Reads what a {@link FieldWriter} wrote, in the same order. */
export class FieldReader {
  private at: number
  private readonly page: Packed
  private readonly common: CommonTexts

  constructor(common: CommonTexts, page: Packed, at: number) {
    this.common = common
    this.page = page
    this.at = at
  }

  text(length: number): string {
    const from = this.at
    this.at += length
    return String.fromCharCode(...this.page.bytes.subarray(from, this.at))
  }

  state(): string | undefined {
    const state = this.uint16()
    return state < knownState ? this.text(state) : this.common.states.text(state - knownState)
  }

  attributes(traceId: string): Attributes {
    const entries: Array<readonly [string, AttributeValue]> = []
    for (let left = this.byte(); left > 0; left--) {
      const key = this.common.names.text(this.uint16()) ?? ""
      entries.push([key, this.value(traceId)])
    }
    return Object.fromEntries(entries)
  }

  links(): ReadonlyArray<SpanLink> {
    const links: Array<SpanLink> = []
    for (let left = this.byte(); left > 0; left--) {
      const traceId = this.text(traceIdDigits)
      const spanId = this.text(spanIdDigits)
      const traceState = this.state()
      links.push({ traceId, spanId, traceState, attributes: this.attributes(traceId) })
    }
    return links
  }

  private byte(): number {
    return this.page.bytes[this.at++] ?? 0
  }

  private uint16(): number {
    this.at += 2
    return this.page.view.getUint16(this.at - 2)
  }

  private value(traceId: string): AttributeValue {
    const tag = this.byte()
    if (tag === tags.text) return this.text(this.uint16())
    if (tag === tags.traceId) return traceId
    if (tag !== tags.number) return tag === tags.true
    this.at += 8
    return this.page.view.getFloat64(this.at - 8)
  }
}
