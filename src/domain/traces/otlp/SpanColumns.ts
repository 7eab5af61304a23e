/**
 * What one scan found: a row of 32-bit words per span, and the same for resources and scopes. Everything is a place in the bytes that were
 * scanned, which the columns do not hold: they are worth nothing without them, and the next scan overwrites them.
 *
 * Ids and times are in words, the most significant first, so that words compare as ids and times do. A place that is not there is 0 with
 * length or end 0 (byte 0 is always a tag).
 */

/** Where each value of a span stands in its row; two-word and four-word values go on behind their first. */
export const spanAt = {
  traceId: 0,
  spanId: 4,
  /** Zeros for a root. */
  parent: 6,
  /** Nanoseconds since the Unix epoch. */
  start: 8,
  end: 10,
  name: 12,
  nameLength: 13,
  /** OTLP's numbers: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer; others are possible. */
  kind: 14,
  /** 0 unset, 1 ok, 2 error; others are possible. */
  status: 15,
  /** The bytes of the span's message, without its tag and length. */
  from: 16,
  to: 17,
  resource: 18,
  scope: 19,
  /** The low byte is W3C's trace flags; bit 8 tells whether bit 9 (the parent is remote) means something. */
  flags: 20,
  traceState: 21,
  traceStateLength: 22,
  /** Number of the first of its attributes, and how many were recorded; both 0 if the scanner records none. */
  attributes: 23,
  attributeCount: 24,
  events: 25,
  links: 26
} as const

export const spanStride = 27

/** A row per `ResourceSpans`. */
export const resourceAt = {
  /** The bytes of the `Resource` message. */
  from: 0,
  to: 1,
  /** Of the value of `service.name`, if it is text. */
  service: 2,
  serviceLength: 3,
  attributes: 4,
  attributeCount: 5,
  schemaUrl: 6,
  schemaUrlLength: 7
} as const

export const resourceStride = 8

/** A row per `ScopeSpans`. */
export const scopeAt = { from: 0, to: 1, resource: 2, schemaUrl: 3, schemaUrlLength: 4 } as const

export const scopeStride = 5

/** A row per attribute. */
export const attributeAt = {
  key: 0,
  keyLength: 1,
  /** Field number in `AnyValue`: 0 none, 1 text, 2 boolean, 3 integer, 4 double, 5 array, 6 list of key and value, 7 bytes. */
  type: 2,
  /** Of text, bytes, array and list their content; of a number its varint or its eight bytes. */
  value: 3,
  valueLength: 4
} as const

export const attributeStride = 5

/** Why a span was left out of the columns though its message can be read. */
export type SpanFault = "trace_id" | "span_id" | "parent_span_id"

export interface RejectedSpan {
  readonly fault: SpanFault
  readonly from: number
  readonly to: number
}

/** Rows up to this many are kept for the next scan. */
const keptRows = 65_536

export class SpanColumns {
  /** Spans whose ids are sound. */
  count = 0
  resources = 0
  scopes = 0
  attributes = 0
  words: Uint32Array = new Uint32Array(1024 * spanStride)
  resourceWords: Uint32Array = new Uint32Array(64 * resourceStride)
  scopeWords: Uint32Array = new Uint32Array(64 * scopeStride)
  attributeWords: Uint32Array = new Uint32Array(0)
  readonly rejected: Array<RejectedSpan> = []
  /** Most attributes that one span, event, link, scope or resource has; longest key, value in bytes. */
  mostAttributes = 0
  longestKey = 0
  longestValue = 0
  /** Attributes whose key is watched, nested ones too. */
  watched = 0
  /** A message stands in two parts that protobuf merges, which the places here cannot tell: write the request anew before it is scanned. */
  split = false

  clear(): void {
    this.count = 0
    this.resources = 0
    this.scopes = 0
    this.attributes = 0
    this.rejected.length = 0
    this.mostAttributes = 0
    this.longestKey = 0
    this.longestValue = 0
    this.watched = 0
    this.split = false
    if (this.words.length > keptRows * spanStride) this.words = new Uint32Array(1024 * spanStride)
    if (this.resourceWords.length > keptRows) this.resourceWords = new Uint32Array(64 * resourceStride)
    if (this.scopeWords.length > keptRows) this.scopeWords = new Uint32Array(64 * scopeStride)
    if (this.attributeWords.length > keptRows * 16 * attributeStride) this.attributeWords = new Uint32Array(0)
  }
}

/** `words` with room for `needed` of them. */
export const grown = (words: Uint32Array, needed: number): Uint32Array => {
  if (needed <= words.length) return words
  const larger = new Uint32Array(Math.max(needed, words.length * 2))
  larger.set(words)
  return larger
}
