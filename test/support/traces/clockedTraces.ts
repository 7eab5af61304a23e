/** Random traces whose truth is known: synchronous calls, messages and work inside processes on a few hosts, and what each host's clock made of it. */
import { type Random, stream } from "../../../src/domain/simulation/random.ts"
import type { StoredSpan } from "../../../src/domain/traces/StoredSpan.ts"
import type { SpanKind } from "../../../src/domain/tracing/SpanData.ts"
import { noon, spanIdOf, storedSpan, traceIdOf } from "./storedSpans.ts"

export interface TrueSpan {
  readonly id: number
  /** 0 for the root. */
  readonly parent: number
  readonly kind: SpanKind
  readonly host: number
  /** Microseconds by one clock for all. */
  readonly start: number
  readonly end: number
}

const hosts = 4

/** Two different numbers within, in order. */
const within = (random: Random, start: number, end: number): readonly [number, number] => {
  const [a, b] = [random.integer(start, end), random.integer(start, end)]
  return a < b ? [a, b] : [b, a]
}

export const trueTrace = (seed: number, size: number): ReadonlyArray<TrueSpan> => {
  const random = stream(seed, "clocked trace")
  const spans: Array<TrueSpan> = [{ id: 1, parent: 0, kind: "server", host: 0, start: 0, end: 1_000_000 }]
  const add = (span: Omit<TrueSpan, "id">): TrueSpan => {
    const made = { ...span, id: spans.length + 1 }
    spans.push(made)
    return made
  }
  while (spans.length < size) {
    const parent = spans[random.integer(0, spans.length - 1)]
    if (parent === undefined || parent.kind === "producer" || parent.kind === "client") continue
    const below = { parent: parent.id, host: parent.host }
    const [start, end] = within(random, parent.start, parent.end)
    const what = random.uniform()
    const host = random.integer(0, hosts - 1)
    if (what < 0.3) add({ ...below, kind: "internal", start, end })
    else if (what < 0.75) {
      const client = add({ ...below, kind: "client", start, end })
      const [from, to] = within(random, start, end)
      add({ parent: client.id, kind: "server", host, start: from, end: to })
    } else {
      const producer = add({ ...below, kind: "producer", start, end })
      const taken = random.integer(start, end + 500_000)
      add({ parent: producer.id, kind: "consumer", host, start: taken, end: taken + random.integer(0, 200_000) })
    }
  }
  return spans
}

/** What each host's clock adds, microseconds. */
export const clocksOf = (seed: number): ReadonlyArray<number> => {
  const random = stream(seed, "clocks")
  return Array.from({ length: hosts }, () => random.uniform() < 0.3 ? 0 : random.integer(-2_000_000, 2_000_000))
}

/** The spans as their hosts report them, in any order. */
export const reported = (spans: ReadonlyArray<TrueSpan>, clocks: ReadonlyArray<number>): ReadonlyArray<StoredSpan> =>
  spans.map(({ end, host, id, kind, parent, start }) => {
    const at = (micros: number): bigint => noon + BigInt(micros + (clocks[host] ?? 0)) * 1000n
    return storedSpan({
      traceId: traceIdOf(1),
      spanId: spanIdOf(id),
      parentSpanId: parent === 0 ? undefined : spanIdOf(parent),
      kind,
      host: `host-${host}`,
      startTime: at(start),
      endTime: at(end)
    })
  })
