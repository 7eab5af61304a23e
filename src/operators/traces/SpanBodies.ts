/**
 * The requests whose spans wait for the decision about their trace: where they stand in the log, and their bytes as long as there is room. What gave way is read from
 * the log again.
 *
 * State: of each request in use some hundred bytes; the bytes up to a bound.
 */
import type { EncodedSpan } from "../../domain/traces/otlp/decodeStored.ts"

/** A request in use. */
export interface SpanBody {
  readonly partition: number
  readonly offset: number
  /** Pairs of places: from, to. */
  readonly resources: Uint32Array
  readonly scopes: Uint32Array
  bytes: Uint8Array | undefined
  /** Spans that wait in it. */
  uses: number
}

export class SpanBodies {
  readonly #bodies: Array<SpanBody | undefined> = []
  readonly #free: Array<number> = []
  /** Those with bytes, in the order in which they came. */
  readonly #held = new Set<SpanBody>()
  /** In the order in which they came. */
  readonly #used = new Set<SpanBody>()
  #heldBytes = 0
  readonly #mostBytes: number

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** Its number. It is in use from the first {@link use} on. */
  add(body: SpanBody): number {
    const number = this.#free.pop() ?? this.#bodies.length
    this.#bodies[number] = body
    this.#used.add(body)
    if (body.bytes !== undefined) {
      this.#held.add(body)
      this.#heldBytes += body.bytes.length
    }
    for (const oldest of this.#held) {
      if (this.#heldBytes <= this.#mostBytes || oldest === body) break
      this.#letGo(oldest)
    }
    return number
  }

  get(number: number): SpanBody | undefined {
    return this.#bodies[number]
  }

  /** The one that came first. */
  get oldest(): SpanBody | undefined {
    for (const body of this.#used) return body
    return undefined
  }

  release(number: number, spans: number): void {
    const body = this.#bodies[number]
    if (body === undefined) return
    body.uses -= spans
    if (body.uses > 0) return
    this.#bodies[number] = undefined
    this.#free.push(number)
    this.#used.delete(body)
    // Its bytes may be asked for once more, by what was just decided: the body keeps them, it is only not counted here.
    if (this.#held.delete(body)) this.#heldBytes -= body.bytes?.length ?? 0
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  #letGo(body: SpanBody): void {
    this.#held.delete(body)
    this.#heldBytes -= body.bytes?.length ?? 0
    body.bytes = undefined
  }
}

/** From and to of each row. */
export const pairsOf = (words: Uint32Array, rows: number, stride: number, from: number, to: number): Uint32Array => {
  const pairs = new Uint32Array(rows * 2)
  for (let row = 0; row < rows; row++) {
    pairs[row * 2] = words[row * stride + from] ?? 0
    pairs[row * 2 + 1] = words[row * stride + to] ?? 0
  }
  return pairs
}

const nothing = new Uint8Array(0)

/** Views of what many spans of a request share are made once, so that they are known again by identity. */
const views = new WeakMap<Uint32Array, Array<Uint8Array | undefined>>()

const shared = (bytes: Uint8Array, pairs: Uint32Array, number: number): Uint8Array => {
  const made = views.get(pairs) ?? []
  const known = made[number]
  if (known !== undefined && known.buffer === bytes.buffer) return known
  const [from = 0, to = 0] = [pairs[number * 2], pairs[number * 2 + 1]]
  const view = to > from ? bytes.subarray(from, to) : nothing
  made[number] = view
  views.set(pairs, made)
  return view
}

/** The span's messages; `undefined` while its request's bytes are not at hand. */
export const encodedSpan = (
  { body, from, resource, scope, to }: {
    readonly body: SpanBody
    readonly from: number
    readonly to: number
    readonly resource: number
    readonly scope: number
  }
): EncodedSpan | undefined =>
  body.bytes === undefined ? undefined : {
    resource: shared(body.bytes, body.resources, resource),
    scope: shared(body.bytes, body.scopes, scope),
    span: body.bytes.subarray(from, to)
  }
