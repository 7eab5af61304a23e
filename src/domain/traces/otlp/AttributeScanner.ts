/**
 * The part of a scan that reads attributes: `KeyValue` and `AnyValue`, resources and scopes. Keeps the longest key and value and the greatest
 * number that it meets, counts watched keys and, if asked to, records the place of each attribute of a span and a resource.
 */
import { attributeAt, attributeStride, grown, resourceAt, type SpanColumns } from "./SpanColumns.ts"
import { type WatchedKeys, watchedKeys } from "./WatchedKeys.ts"
import { mostDepth, type WireReader } from "./WireReader.ts"

export interface AttributeScannerOptions {
  /** Record the places of the attributes of spans and resources, up to `maxRecorded` each. */
  readonly attributes?: boolean
  /** Attributes of one span or resource beyond this many are not recorded (default 128). */
  readonly maxRecorded?: number
  /** Keys to count in `watched`; one that ends with `*` stands for all that begin so. */
  readonly watch?: ReadonlyArray<string>
}

const keyValueFields = 0b1110
const anyValueFields = 0x1fe
const listFields = 0b10
const resourceFields = 0b1110
const scopeFields = 0b11110
const entityFields = 0b11110

const serviceName = new TextEncoder().encode("service.name")

export class AttributeScanner {
  readonly #in: WireReader
  readonly #columns: SpanColumns
  readonly #records: boolean
  readonly #maxRecorded: number
  readonly #watched: WatchedKeys | undefined
  // The attribute read last.
  #key = 0
  #keyLength = 0
  #type = 0
  #value = 0
  #valueLength = 0

  constructor(input: WireReader, columns: SpanColumns, options: AttributeScannerOptions) {
    this.#in = input
    this.#columns = columns
    this.#records = options.attributes ?? false
    this.#maxRecorded = options.maxRecorded ?? 128
    this.#watched = options.watch === undefined || options.watch.length === 0 ? undefined : watchedKeys(options.watch)
  }

  /** That one holder of attributes had so many. */
  counted(attributes: number): void {
    if (attributes > this.#columns.mostAttributes) this.#columns.mostAttributes = attributes
  }

  /** An attribute of a span or resource whose recorded ones begin at `first`. `depth` is that of the `KeyValue`, the request being 1. */
  recorded(end: number, depth: number, first: number): void {
    this.keyValue(end, depth)
    const columns = this.#columns
    if (!this.#records || columns.attributes - first >= this.#maxRecorded) return
    const row = columns.attributes++ * attributeStride
    const words = grown(columns.attributeWords, row + attributeStride)
    columns.attributeWords = words
    words[row + attributeAt.key] = this.#key
    words[row + attributeAt.keyLength] = this.#keyLength
    words[row + attributeAt.type] = this.#type
    words[row + attributeAt.value] = this.#value
    words[row + attributeAt.valueLength] = this.#valueLength
  }

  keyValue(end: number, depth: number): void {
    if (!this.#shortText(end)) this.#anyKeyValue(end, depth)
    const columns = this.#columns
    const keyLength = this.#keyLength
    if (keyLength > columns.longestKey) columns.longestKey = keyLength
    if (this.#valueLength > columns.longestValue) columns.longestValue = this.#valueLength
    const watched = this.#watched
    if (watched === undefined) return
    const { bytes } = this.#in
    if (watched.first[bytes[this.#key] ?? 0] === 1 && watched.has(bytes, this.#key, keyLength)) columns.watched++
  }

  /**
   * Most attributes are a key and a text in this order, each shorter than 128 bytes: read without a loop. `false`, and nothing read, for any other
   * form, and where something is wrong.
   */
  #shortText(end: number): boolean {
    const input = this.#in
    const { at, bytes } = input
    if (bytes[at] !== 10) return false
    const keyLength = bytes[at + 1] ?? 128
    const value = at + keyLength + 2
    if (keyLength > 127 || value + 4 > end || bytes[value] !== 18 || bytes[value + 2] !== 10) return false
    const length = bytes[value + 3] ?? 128
    if (length > 127 || value + 4 + length !== end || bytes[value + 1] !== length + 2) return false
    // What stands between the two is below 128 too.
    if (!input.isAscii(at + 2, end)) return false
    this.#key = at + 2
    this.#keyLength = keyLength
    this.#type = 1
    this.#value = value + 4
    this.#valueLength = length
    input.at = end
    return true
  }

  #anyKeyValue(end: number, depth: number): void {
    const input = this.#in
    const columns = this.#columns
    let [key, keyLength, values] = [0, 0, 0]
    this.#type = 0
    this.#valueLength = 0
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 10) {
        keyLength = input.text(end)
        key = input.at - keyLength
      } else if (tag === 18) {
        if (values++ > 0) columns.split = true
        this.#anyValue(input.ending(end), depth + 1)
      } else if (tag === 24) input.varint(end)
      else input.skip(tag, keyValueFields, end)
    }
    this.#key = key
    this.#keyLength = keyLength
  }

  /** Where several kinds of value stand in one message, the last wins. */
  #anyValue(end: number, depth: number): void {
    const input = this.#in
    if (depth > mostDepth) input.fail("Depth", "values nested too deep")
    let [type, value, valueLength] = [0, 0, 0]
    while (input.at < end) {
      const tag = input.tag(end)
      const { at } = input
      switch (tag) {
        case 10:
          valueLength = input.text(end)
          value = input.at - valueLength
          break
        case 16:
        case 24:
        case 64:
          input.varint(end)
          value = at
          valueLength = 0
          break
        case 33:
          input.fixed(8, end)
          value = at
          valueLength = 0
          break
        case 42:
        case 50: {
          if (type === tag >>> 3) this.#columns.split = true
          const stop = input.ending(end)
          value = input.at
          valueLength = stop - value
          this.#list(tag >>> 3, stop, depth + 1)
          break
        }
        case 58: {
          const stop = input.ending(end)
          value = input.at
          valueLength = stop - value
          input.at = stop
          break
        }
        default:
          input.skip(tag, anyValueFields, end)
          continue
      }
      type = tag >>> 3
    }
    this.#type = type
    this.#value = value
    this.#valueLength = valueLength
  }

  /** The content of an `ArrayValue` or, as type 6, of a `KeyValueList`. */
  #list(type: number, end: number, depth: number): void {
    const input = this.#in
    if (depth > mostDepth) input.fail("Depth", "values nested too deep")
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag !== 10) input.skip(tag, listFields, end)
      else if (type === 5) this.#anyValue(input.ending(end), depth + 1)
      else this.#nested(input.ending(end), depth + 1)
    }
  }

  #nested(end: number, depth: number): void {
    if (depth > mostDepth) this.#in.fail("Depth", "values nested too deep")
    this.keyValue(end, depth)
  }

  /** The `Resource` whose row of the columns this is. */
  resource(row: number, end: number): void {
    const input = this.#in
    const columns = this.#columns
    const first = columns.attributes
    let count = 0
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 10) {
        count++
        this.recorded(input.ending(end), 4, first)
        if (this.#isServiceName()) {
          columns.resourceWords[row + resourceAt.service] = this.#value
          columns.resourceWords[row + resourceAt.serviceLength] = this.#valueLength
        }
      } else if (tag === 16) input.varint(end)
      else if (tag === 26) this.#entity(input.ending(end))
      else input.skip(tag, resourceFields, end)
    }
    columns.resourceWords[row + resourceAt.attributes] = first
    columns.resourceWords[row + resourceAt.attributeCount] = columns.attributes - first
    this.counted(count)
  }

  #isServiceName(): boolean {
    if (this.#type !== 1 || this.#keyLength !== serviceName.length) return false
    for (let i = 0; i < serviceName.length; i++) {
      if (this.#in.bytes[this.#key + i] !== serviceName[i]) return false
    }
    return true
  }

  /** An `EntityRef`: nothing but texts. */
  #entity(end: number): void {
    const input = this.#in
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 10 || tag === 18 || tag === 26 || tag === 34) input.text(end)
      else input.skip(tag, entityFields, end)
    }
  }

  /** An `InstrumentationScope`. */
  scope(end: number): void {
    const input = this.#in
    let count = 0
    while (input.at < end) {
      const tag = input.tag(end)
      if (tag === 26) {
        count++
        this.keyValue(input.ending(end), 5)
      } else if (tag === 10 || tag === 18) input.text(end)
      else if (tag === 32) input.varint(end)
      else input.skip(tag, scopeFields, end)
    }
    this.counted(count)
  }
}
