/**
 * The sound spans of a scanned request, dealt out over several requests: by the partition of their trace, in parts that fit a record, or, with
 * one group, all but the rejected ones. Messages are copied as they are; nothing is decoded.
 *
 * Spans keep their order within a group. Unknown fields between the messages are not carried along.
 */
import {
  resourceAt,
  resourceStride,
  scopeAt,
  scopeStride,
  spanAt,
  type SpanColumns,
  spanStride
} from "./SpanColumns.ts"

/** Spans of one scope that stand in a row in one group. */
interface Block {
  readonly scope: number
  readonly rows: Array<number>
}

const varintLength = (value: number): number => {
  let length = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++
  return length
}

/** Bytes of a length-delimited field whose number is below 16. */
const fieldLength = (length: number): number => 1 + varintLength(length) + length

const optional = (length: number): number => length === 0 ? 0 : fieldLength(length)

class Output {
  readonly bytes: Uint8Array
  readonly #from: Uint8Array
  #at = 0
  constructor(from: Uint8Array, length: number) {
    this.#from = from
    this.bytes = new Uint8Array(length)
  }
  head(tag: number, length: number): void {
    this.bytes[this.#at++] = tag
    let rest = length
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes[this.#at++] = (rest % 128) + 128
    this.bytes[this.#at++] = rest
  }
  field(tag: number, from: number, length: number): void {
    this.head(tag, length)
    this.bytes.set(this.#from.subarray(from, from + length), this.#at)
    this.#at += length
  }
}

/**
 * `groupOf` tells the group, from 0 to `groups` - 1, of the span at a row of `columns.words`; a negative one leaves the span out. Gives a
 * request per group, `undefined` where there is no span for it.
 */
export const regroupSpans = (
  bytes: Uint8Array,
  columns: SpanColumns,
  groups: number,
  groupOf: (row: number) => number
): ReadonlyArray<Uint8Array | undefined> => {
  const { resourceWords, scopeWords, words } = columns
  const blocks: Array<Array<Block>> = Array.from({ length: groups }, () => [])
  for (let i = 0; i < columns.count; i++) {
    const row = i * spanStride
    const group = blocks[groupOf(row)]
    if (group === undefined) continue
    const scope = words[row + spanAt.scope] ?? 0
    const last = group.at(-1)
    if (last?.scope === scope) last.rows.push(row)
    else group.push({ scope, rows: [row] })
  }
  const measured = ({ rows, scope }: Block) => {
    const inScopes = (at: number): number => scopeWords[scope * scopeStride + at] ?? 0
    const resource = inScopes(scopeAt.resource)
    const inResources = (at: number): number => resourceWords[resource * resourceStride + at] ?? 0
    const scopeLength = inScopes(scopeAt.to) - inScopes(scopeAt.from)
    const resourceLength = inResources(resourceAt.to) - inResources(resourceAt.from)
    let spans = optional(scopeLength) + optional(inScopes(scopeAt.schemaUrlLength))
    for (const row of rows) spans += fieldLength((words[row + spanAt.to] ?? 0) - (words[row + spanAt.from] ?? 0))
    const length = optional(resourceLength) + fieldLength(spans) + optional(inResources(resourceAt.schemaUrlLength))
    const write = (output: Output): void => {
      output.head(10, length)
      if (resourceLength > 0) output.field(10, inResources(resourceAt.from), resourceLength)
      output.head(18, spans)
      if (scopeLength > 0) output.field(10, inScopes(scopeAt.from), scopeLength)
      for (const row of rows) {
        const from = words[row + spanAt.from] ?? 0
        output.field(18, from, (words[row + spanAt.to] ?? 0) - from)
      }
      const scopeUrl = inScopes(scopeAt.schemaUrlLength)
      if (scopeUrl > 0) output.field(26, inScopes(scopeAt.schemaUrl), scopeUrl)
      const resourceUrl = inResources(resourceAt.schemaUrlLength)
      if (resourceUrl > 0) output.field(26, inResources(resourceAt.schemaUrl), resourceUrl)
    }
    return { length: fieldLength(length), write }
  }
  return blocks.map((group) => {
    if (group.length === 0) return undefined
    const parts = group.map(measured)
    const output = new Output(bytes, parts.reduce((sum, { length }) => sum + length, 0))
    for (const { write } of parts) write(output)
    return output.bytes
  })
}
