/**
 * Finds the spans of an `ExportTraceServiceRequest` in its bytes without decoding them: one pass, which looks at every byte once, checks
 * all that the library would check (lengths, wire types, UTF-8, nesting) and writes places into {@link SpanColumns}.
 *
 * Unknown fields are passed over. A span with a bad id is left out and told in `rejected`; anything else that is malformed refuses the
 * whole request. A scanner is used by one caller at a time; the columns are its own and hold what the last scan found.
 */
import { Result, Schema } from "effect"
import { AttributeScanner, type AttributeScannerOptions } from "./AttributeScanner.ts"
import { OtlpMalformed } from "./OtlpMalformed.ts"
import {
  grown,
  resourceAt,
  resourceStride,
  scopeAt,
  scopeStride,
  spanAt,
  SpanColumns,
  type SpanFault,
  spanStride
} from "./SpanColumns.ts"
import { WireReader } from "./WireReader.ts"

export interface SpanScannerOptions extends AttributeScannerOptions {
  /** More spans than this refuse the request (default 524,288), so that the columns stay bounded. */
  readonly maxSpans?: number
}

const { from, kind, name, nameLength, parent, resource, scope, spanId, start, status, to, traceId } = spanAt
const isMalformed = Schema.is(OtlpMalformed)
const defaultMaxSpans = 524_288

/** Field numbers that a message has, as bits. */
const requestFields = 1 << 1
const resourceSpansFields = 0b1110
const scopeSpansFields = 0b1110
const spanFields = 0x1fffe
const eventFields = 0b11110
const linkFields = 0b1111110
const statusFields = 0b1100

export class SpanScanner {
  readonly columns = new SpanColumns()
  readonly #in = new WireReader()
  readonly #attributes: AttributeScanner
  readonly #maxSpans: number

  constructor(options: SpanScannerOptions = {}) {
    this.#attributes = new AttributeScanner(this.#in, this.columns, options)
    this.#maxSpans = options.maxSpans ?? defaultMaxSpans
  }

  /** Fills {@link columns}; after a failure they hold nothing that may be used. */
  scan(bytes: Uint8Array): Result.Result<SpanColumns, OtlpMalformed> {
    this.columns.clear()
    this.#in.open(bytes)
    try {
      this.#request(bytes.length)
      return Result.succeed(this.columns)
    } catch (cause) {
      if (isMalformed(cause)) return Result.fail(cause)
      throw cause
    } finally {
      this.#in.close()
    }
  }

  #request(end: number): void {
    const input = this.#in
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 10) this.#resourceSpans(input.ending(end))
      else input.skip(tag, requestFields, end)
    }
  }

  #resourceSpans(end: number): void {
    const input = this.#in
    const { columns } = this
    const index = columns.resources++
    const row = index * resourceStride
    columns.resourceWords = grown(columns.resourceWords, row + resourceStride)
    columns.resourceWords.fill(0, row, row + resourceStride)
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 10) {
        const stop = input.ending(end)
        if (columns.resourceWords[row + resourceAt.to] !== 0) columns.split = true
        columns.resourceWords[row + resourceAt.from] = input.at
        columns.resourceWords[row + resourceAt.to] = stop
        this.#attributes.resource(row, stop)
      } else if (tag === 18) this.#scopeSpans(index, input.ending(end))
      else if (tag === 26) {
        const length = input.text(end)
        columns.resourceWords[row + resourceAt.schemaUrl] = input.at - length
        columns.resourceWords[row + resourceAt.schemaUrlLength] = length
      } else input.skip(tag, resourceSpansFields, end)
    }
  }

  #scopeSpans(resourceIndex: number, end: number): void {
    const input = this.#in
    const { columns } = this
    const index = columns.scopes++
    const row = index * scopeStride
    columns.scopeWords = grown(columns.scopeWords, row + scopeStride)
    columns.scopeWords.fill(0, row, row + scopeStride)
    columns.scopeWords[row + scopeAt.resource] = resourceIndex
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 18) this.#span(resourceIndex, index, input.ending(end))
      else if (tag === 10) {
        const stop = input.ending(end)
        if (columns.scopeWords[row + scopeAt.to] !== 0) columns.split = true
        columns.scopeWords[row + scopeAt.from] = input.at
        columns.scopeWords[row + scopeAt.to] = stop
        this.#attributes.scope(stop)
      } else if (tag === 26) {
        const length = input.text(end)
        columns.scopeWords[row + scopeAt.schemaUrl] = input.at - length
        columns.scopeWords[row + scopeAt.schemaUrlLength] = length
      } else input.skip(tag, scopeSpansFields, end)
    }
  }

  #span(resourceIndex: number, scopeIndex: number, end: number): void {
    const input = this.#in
    const { columns } = this
    if (columns.count + columns.rejected.length >= this.#maxSpans) {
      input.fail("TooManySpans", `more than ${this.#maxSpans} spans in a request`)
    }
    const row = columns.count * spanStride
    columns.words = grown(columns.words, row + spanStride)
    const { words } = columns
    for (let i = row; i < row + spanStride; i++) words[i] = 0
    words[row + from] = input.at
    words[row + to] = end
    words[row + resource] = resourceIndex
    words[row + scope] = scopeIndex
    const firstAttribute = columns.attributes
    let attributes = 0
    let [traceIdLength, spanIdLength, parentLength] = [0, 0, 0]
    let [events, links] = [0, 0]
    while (input.at < end) {
      const tag = input.tag(end)
      switch (tag) {
        case 10:
          traceIdLength = this.#id(row + traceId, 4, end)
          break
        case 18:
          spanIdLength = this.#id(row + spanId, 2, end)
          break
        case 26: {
          const length = input.text(end)
          words[row + spanAt.traceState] = input.at - length
          words[row + spanAt.traceStateLength] = length
          break
        }
        case 34:
          parentLength = this.#id(row + parent, 2, end)
          break
        case 42: {
          const length = input.text(end)
          words[row + name] = input.at - length
          words[row + nameLength] = length
          break
        }
        case 48:
          words[row + kind] = input.int32(end)
          break
        case 57:
          this.#time(row + start, end)
          break
        case 65:
          this.#time(row + spanAt.end, end)
          break
        case 74:
          attributes++
          this.#attributes.recorded(input.ending(end), 5, firstAttribute)
          break
        case 80:
        case 96:
        case 112:
          input.varint(end)
          break
        case 90:
          events++
          this.#event(input.ending(end))
          break
        case 106:
          links++
          this.#link(input.ending(end))
          break
        case 122:
          this.#status(row, input.ending(end))
          break
        case 133:
          input.fixed(4, end)
          words[row + spanAt.flags] = input.view.getUint32(input.at - 4, true)
          break
        default:
          input.skip(tag, spanFields, end)
      }
    }
    words[row + spanAt.attributes] = firstAttribute
    words[row + spanAt.attributeCount] = columns.attributes - firstAttribute
    words[row + spanAt.events] = events
    words[row + spanAt.links] = links
    this.#attributes.counted(attributes)
    const fault = faultOf(words, row, traceIdLength, spanIdLength, parentLength)
    if (fault === undefined) columns.count++
    else {
      columns.rejected.push({ fault, from: words[row + from] ?? 0, to: end })
      columns.attributes = firstAttribute
    }
  }

  /** Reads an id of so many words if it has that length, and gives its length in bytes. */
  #id(word: number, size: number, end: number): number {
    const input = this.#in
    const stop = input.ending(end)
    const { at } = input
    const sound = stop - at === size * 4
    for (let i = 0; i < size; i++) {
      this.columns.words[word + i] = sound ? input.view.getUint32(at + i * 4) : 0
    }
    input.at = stop
    return stop - at
  }

  #time(word: number, end: number): void {
    const input = this.#in
    input.fixed(8, end)
    this.columns.words[word] = input.view.getUint32(input.at - 4, true)
    this.columns.words[word + 1] = input.view.getUint32(input.at - 8, true)
  }

  #status(row: number, end: number): void {
    const input = this.#in
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 24) this.columns.words[row + status] = input.int32(end)
      else if (tag === 18) input.text(end)
      else input.skip(tag, statusFields, end)
    }
  }

  #event(end: number): void {
    const input = this.#in
    let attributes = 0
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 26) {
        attributes++
        this.#attributes.keyValue(input.ending(end), 6)
      } else if (tag === 9) input.fixed(8, end)
      else if (tag === 18) input.text(end)
      else if (tag === 32) input.varint(end)
      else input.skip(tag, eventFields, end)
    }
    this.#attributes.counted(attributes)
  }

  #link(end: number): void {
    const input = this.#in
    let attributes = 0
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 34) {
        attributes++
        this.#attributes.keyValue(input.ending(end), 6)
      } else if (tag === 10 || tag === 18) input.at = input.ending(end)
      else if (tag === 26) input.text(end)
      else if (tag === 40) input.varint(end)
      else if (tag === 53) input.fixed(4, end)
      else input.skip(tag, linkFields, end)
    }
    this.#attributes.counted(attributes)
  }
}

/** What is wrong with a span's ids: a wrong length, or zeros where there must be an id. A parent of zeros is none. */
const faultOf = (
  words: Uint32Array,
  row: number,
  traceIdLength: number,
  spanIdLength: number,
  parentLength: number
): SpanFault | undefined => {
  const word = (i: number): number => words[row + i] ?? 0
  if (traceIdLength !== 16 || (word(0) | word(1) | word(2) | word(3)) === 0) return "trace_id"
  if (spanIdLength !== 8 || (word(spanId) | word(spanId + 1)) === 0) return "span_id"
  return parentLength === 0 || parentLength === 8 ? undefined : "parent_span_id"
}
