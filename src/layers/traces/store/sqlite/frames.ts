/**
 * How traces stand in the bytes of a block, one behind the other, so that a block can be written piece by piece and read from its beginning:
 *
 * - `1`, length, a `Resource`; `2`, length, an `InstrumentationScope`: each once, before the first trace that needs it, counted from 0;
 * - `3`, length, a trace: its id, revision, completion, decision, number of spans, and of each span the numbers of its resource and scope, its length, its bytes.
 *
 * Lengths and numbers are four bytes, little endian.
 */
import type { EncodedSpan } from "../../../../domain/traces/otlp/decodeStored.ts"
import { type Completion, completionReasons, type TraceDecision } from "../../../../domain/traces/TraceRecord.ts"

export const frameKind = { resource: 1, scope: 2, trace: 3 } as const

const states = ["open", "complete", "partial"] as const

/** Grows; emptied by {@link clear}. */
export class FrameWriter {
  #buffer = Buffer.allocUnsafe(256 * 1024)
  size = 0

  /** A view, valid until the next write. */
  from(start: number): Uint8Array {
    return this.#buffer.subarray(start, this.size)
  }

  clear(): void {
    this.size = 0
    if (this.#buffer.length > 8 << 20) this.#buffer = Buffer.allocUnsafe(256 * 1024)
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.size)
    this.size += bytes.length
  }

  /** A resource or a scope. */
  shared(kind: number, bytes: Uint8Array): void {
    this.#reserve(5 + bytes.length)
    this.#buffer[this.size] = kind
    this.size = this.#buffer.writeUInt32LE(bytes.length, this.size + 1)
    this.append(bytes)
  }

  trace(
    header: {
      readonly traceId: string
      readonly revision: number
      readonly decision: TraceDecision
      readonly completion: Completion
    },
    parts: ReadonlyArray<EncodedSpan>,
    sharedOf: (part: EncodedSpan) => readonly [resource: number, scope: number]
  ): void {
    const { completion, decision, revision, traceId } = header
    let length = 64 + 3 * (decision.policy.length + decision.ruleset.length)
    for (const { span } of parts) length += 12 + span.length
    this.#reserve(5 + length)
    const buffer = this.#buffer
    const start = this.size
    buffer[start] = frameKind.trace
    let at = start + 5
    at += buffer.write(traceId, at, "hex")
    at = buffer.writeUInt32LE(revision, at)
    buffer[at++] = (decision.late ? 1 : 0) | (states.indexOf(completion.state) << 1)
    buffer[at++] = completionReasons.indexOf(completion.reason)
    at = buffer.writeDoubleLE(decision.decidedAt, at)
    at = buffer.writeUInt32LE(decision.threshold.high, at)
    at = buffer.writeUInt32LE(decision.threshold.low, at)
    for (const text of [decision.policy, decision.ruleset]) {
      const bytes = buffer.write(text, at + 2, "utf8")
      buffer.writeUInt16LE(bytes, at)
      at += 2 + bytes
    }
    at = buffer.writeUInt32LE(parts.length, at)
    for (const part of parts) {
      const [resource, scope] = sharedOf(part)
      const { span } = part
      at = buffer.writeUInt32LE(resource, at)
      at = buffer.writeUInt32LE(scope, at)
      at = buffer.writeUInt32LE(span.length, at)
      buffer.set(span, at)
      at += span.length
    }
    buffer.writeUInt32LE(at - start - 5, start + 1)
    this.size = at
  }

  #reserve(bytes: number): void {
    const needed = this.size + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.size))
    this.#buffer = larger
  }
}

/** A trace as it stands in a block; its parts are views of the block's bytes. */
export interface FramedTrace {
  readonly traceId: string
  readonly revision: number
  readonly decision: TraceDecision
  readonly completion: Completion
  readonly parts: ReadonlyArray<EncodedSpan>
}

const nothing = new Uint8Array(0)

/** Goes through a block's bytes from the beginning. Throws a `RangeError` past their end. */
export class FrameReader {
  readonly #bytes: Buffer
  readonly #resources: Array<Uint8Array> = []
  readonly #scopes: Array<Uint8Array> = []
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** The trace whose frame begins there, which is not before the last one asked for. */
  traceAt(frame: number): FramedTrace {
    while (this.#at < frame) this.#skip()
    return this.#trace(frame)
  }

  /** All of them, in order. */
  *traces(): Generator<FramedTrace> {
    while (this.#at < this.#bytes.length) {
      const frame = this.#at
      const kind = this.#bytes[frame]
      this.#skip()
      if (kind === frameKind.trace) yield this.#trace(frame)
    }
  }

  #skip(): void {
    const kind = this.#bytes[this.#at]
    const from = this.#at + 5
    const end = from + this.#bytes.readUInt32LE(this.#at + 1)
    if (end > this.#bytes.length) throw new RangeError("a frame goes beyond its block")
    if (kind === frameKind.resource) this.#resources.push(this.#bytes.subarray(from, end))
    else if (kind === frameKind.scope) this.#scopes.push(this.#bytes.subarray(from, end))
    else if (kind !== frameKind.trace) throw new RangeError(`a frame of the unknown kind ${kind}`)
    this.#at = end
  }

  #trace(frame: number): FramedTrace {
    const bytes = this.#bytes
    let at = frame + 5
    const traceId = bytes.toString("hex", at, at += 16)
    const revision = bytes.readUInt32LE(at)
    const flags = bytes.readUInt8(at + 4)
    const reason = completionReasons[bytes.readUInt8(at + 5)] ?? "unknown"
    const decidedAt = bytes.readDoubleLE(at + 6)
    const threshold = { high: bytes.readUInt32LE(at + 14), low: bytes.readUInt32LE(at + 18) }
    at += 22
    const text = (): string => {
      const length = bytes.readUInt16LE(at)
      return bytes.toString("utf8", at + 2, at += 2 + length)
    }
    const policy = text()
    const ruleset = text()
    const count = bytes.readUInt32LE(at)
    at += 4
    const parts: Array<EncodedSpan> = []
    for (let i = 0; i < count; i++) {
      const resource = this.#resources[bytes.readUInt32LE(at)] ?? nothing
      const scope = this.#scopes[bytes.readUInt32LE(at + 4)] ?? nothing
      const length = bytes.readUInt32LE(at + 8)
      at += 12
      parts.push({ resource, scope, span: bytes.subarray(at, at += length) })
    }
    return {
      traceId,
      revision,
      decision: { keep: true, threshold, policy, ruleset, decidedAt, late: (flags & 1) === 1 },
      completion: { state: states[flags >>> 1] ?? "open", reason },
      parts
    }
  }
}
