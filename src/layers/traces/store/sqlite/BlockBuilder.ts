/**
 * The block of traces that is being filled: its bytes, its columns, its tags, what its spans say of services.
 *
 * A trace is taken in once, span by span, without decoding: duplicates by (span id, kind) fall out, of two that differ the one that ends later stays. State: one
 * block; it is closed at 64 traces or a megabyte.
 */
import type { EncodedSpan } from "../../../../domain/traces/otlp/decodeStored.ts"
import { BlockIndex, knownKind, wordAt } from "./BlockIndex.ts"
import { type FramedTrace, frameKind, FrameWriter } from "./frames.ts"
import type { Names } from "./Names.ts"
import { type ResourceFacts, type ResourceInfo, SharedMessages } from "./sharedMessages.ts"
import { SpanView } from "./SpanView.ts"
import { isBefore, spanColumn } from "./TraceColumns.ts"

const mostTraces = 64
const mostBytes = 1 << 20

export class BlockBuilder {
  readonly frames = new FrameWriter()
  readonly index: BlockIndex
  /** How many of the block's bytes are stored already. */
  stored = 0
  readonly #shared: SharedMessages
  readonly #view = new SpanView()

  constructor(names: Names, facts: ResourceFacts) {
    this.index = new BlockIndex(names)
    this.#shared = new SharedMessages(facts, (kind, bytes, info) => {
      this.frames.shared(frameKind[kind], bytes)
      if (info !== undefined) { for (const hash of info.hashes) this.index.tags.add(hash) }
    })
  }

  get isFull(): boolean {
    return this.index.columns.traces >= mostTraces || this.frames.size >= mostBytes
  }

  get isEmpty(): boolean {
    return this.index.columns.traces === 0
  }

  /** Gives the parts that were taken: all but duplicates. */
  add(trace: FramedTrace): ReadonlyArray<EncodedSpan> {
    const { columns } = this.index
    const first = columns.spans
    let parts = trace.parts
    for (;;) {
      const taken = this.#spans(parts, first)
      if (taken.again === undefined) {
        parts = taken.parts
        break
      }
      columns.spans = first
      parts = taken.again
    }
    const shared: Array<readonly [number, number]> = []
    for (const { resource, scope } of parts) {
      shared.push([this.#shared.resource(resource).index, this.#shared.scope(scope)])
    }
    const frame = this.frames.size
    let next = 0
    this.frames.trace(trace, parts, () => shared[next++] ?? [0, 0])
    this.index.closeTrace(trace.traceId, frame, first)
    return parts
  }

  /** Nothing that was given may be looked at any more. */
  release(): void {
    this.#shared.forgetIdentities()
  }

  clear(): void {
    this.frames.clear()
    this.index.clear()
    this.#shared.clear()
    this.stored = 0
  }

  /** Takes the spans in; `again`: a later one took the place of one before, so begin again with these. */
  #spans(
    parts: ReadonlyArray<EncodedSpan>,
    first: number
  ): { readonly parts: ReadonlyArray<EncodedSpan>; readonly again?: ReadonlyArray<EncodedSpan> } {
    const view = this.#view
    const { columns } = this.index
    let kept: Array<EncodedSpan> | undefined
    this.index.spanIds.clear()
    for (const [i, part] of parts.entries()) {
      view.open(part.span)
      const { bytes, spanId } = view
      const twin = this.index.spanIds.find(wordAt(bytes, spanId), wordAt(bytes, spanId + 4), knownKind(view.kind))
      if (twin === undefined) {
        this.index.addSpan(view, this.#info(part))
        kept?.push(part)
        continue
      }
      kept ??= parts.slice(0, i)
      const place = first + twin
      if (
        isBefore(
          columns.span(place, spanColumn.end),
          columns.span(place, spanColumn.end + 1),
          view.endHigh,
          view.endLow
        )
      ) {
        kept[twin] = part
        return { parts, again: [...kept, ...parts.slice(i + 1)] }
      }
    }
    return { parts: kept ?? parts }
  }

  #info(part: EncodedSpan): ResourceInfo {
    return this.#shared.resource(part.resource)
  }
}
