/** Traces are assembled: whatever came, in whatever order, every span stands once, below its parent. */
import { assert, describe, it } from "@effect/vitest"
import { stream } from "../../../../src/domain/simulation/random.ts"
import {
  type AssembledTrace,
  assembleTrace,
  placeholderName
} from "../../../../src/domain/traces/assembly/assembleTrace.ts"
import { serviceCalls } from "../../../../src/domain/traces/serviceCalls.ts"
import type { StoredSpan } from "../../../../src/domain/traces/StoredSpan.ts"
import type { Completion } from "../../../../src/domain/traces/TraceRecord.ts"
import { kept, millisecond, noon, spanIdOf, storedSpan, traceIdOf } from "../../../support/traces/storedSpans.ts"

const assembled = (
  spans: ReadonlyArray<StoredSpan>,
  completion: Completion = { state: "complete", reason: "structure" }
) => assembleTrace({ traceId: traceIdOf(1), revision: 1, decision: kept, completion, spans })

const span = (id: number, parent: number | undefined, from: number, to: number, given: Partial<StoredSpan> = {}) =>
  storedSpan({
    spanId: spanIdOf(id),
    parentSpanId: parent === undefined ? undefined : spanIdOf(parent),
    name: `s${id}`,
    startTime: noon + BigInt(from) * millisecond,
    endTime: noon + BigInt(to) * millisecond,
    ...given
  })

/** Any graph of parents: roots, missing parents, cycles, itself. */
const anySpans = (seed: number): ReadonlyArray<StoredSpan> => {
  const random = stream(seed, "any spans")
  const size = random.integer(1, 40)
  return Array.from({ length: size }, (_, n) => {
    const parent = random.uniform() < 0.15 ? undefined : random.integer(1, size + 3)
    const from = random.integer(0, 1000)
    return span(n + 1, parent, from, from + random.integer(-2, 500))
  })
}

const inAnyOrder = <A>(items: ReadonlyArray<A>, seed: number): ReadonlyArray<A> => {
  const random = stream(seed, "any order")
  return items.map((item) => ({ item, at: random.uniform() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed)

const shapeOf = ({ criticalPath, spans }: AssembledTrace) => ({ criticalPath, spans })

describe("any spans", () => {
  it("each stands once, parents before children, placeholders where a parent did not come", () => {
    for (const seed of seeds) {
      const given = anySpans(seed)
      const { spans } = assembled(given)
      const ids = new Set(given.map(({ spanId }) => spanId))
      const missing = new Set(
        given.flatMap(({ parentSpanId }) => parentSpanId === undefined || ids.has(parentSpanId) ? [] : [parentSpanId])
      )
      assert.sameMembers(spans.map((each) => each.span.spanId), [...ids, ...missing], `seed ${seed}`)
      for (const [place, { depth, parent, span: each, warnings }] of spans.entries()) {
        assert.isBelow(parent, place, `seed ${seed}`)
        assert.strictEqual(depth, parent < 0 ? 0 : (spans[parent]?.depth ?? -2) + 1)
        assert.strictEqual(warnings.includes("placeholder"), missing.has(each.spanId))
        assert.strictEqual(each.name === placeholderName, missing.has(each.spanId))
        if (parent >= 0) assert.strictEqual(each.parentSpanId, spans[parent]?.span.spanId)
        assert.isTrue(each.endTime >= each.startTime)
      }
    }
  })

  it("exactly one span of each cycle is cut off, and told", () => {
    let cycles = 0
    for (const seed of seeds) {
      const given = anySpans(seed)
      const parents = new Map(given.map(({ parentSpanId, spanId }) => [spanId, parentSpanId]))
      // A span lies on a cycle if it comes back to itself; cycles of parents do not touch each other.
      const onCycle = given.filter(({ spanId }) => {
        let at = parents.get(spanId)
        for (let steps = 0; steps < given.length && at !== undefined && at !== spanId; steps++) at = parents.get(at)
        return at === spanId
      }).map(({ spanId }) => spanId)
      const seen = new Set<string>()
      let expected = 0
      for (const id of onCycle) {
        if (seen.has(id)) continue
        expected++
        for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = parents.get(at)) seen.add(at)
      }
      const cut = assembled(given).spans.filter(({ warnings }) => warnings.includes("cycle_broken"))
      assert.strictEqual(cut.length, expected, `seed ${seed}`)
      for (const { parent, span: each } of cut) {
        assert.strictEqual(parent, -1)
        assert.include(onCycle, each.spanId)
      }
      cycles += expected
    }
    assert.isAbove(cycles, 40)
  })

  it("the order in which they came, and coming twice, change nothing", () => {
    for (const seed of seeds.slice(0, 60)) {
      const given = anySpans(seed)
      const shuffled = inAnyOrder([...given, ...given.slice(0, 5)], seed)
      assert.deepStrictEqual(shapeOf(assembled(shuffled)), shapeOf(assembled(given)), `seed ${seed}`)
    }
  })

  it("the critical path has no gaps and no overlaps, from the start of the root to the last end below it", () => {
    for (const seed of seeds) {
      const { criticalPath, root, spans } = assembled(anySpans(seed))
      const below = new Set([root])
      let end = spans[root]?.span.endTime ?? 0n
      for (const [place, { parent, span: each }] of spans.entries()) {
        if (!below.has(parent) && place !== root) continue
        below.add(place)
        if (each.endTime > end) end = each.endTime
      }
      let at = spans[root]?.span.startTime ?? 0n
      for (const segment of criticalPath) {
        assert.strictEqual(segment.start, at, `seed ${seed}`)
        assert.isTrue(segment.end > segment.start)
        const of = spans.find((each) => each.span.spanId === segment.spanId)?.span
        assert.isDefined(of)
        if (of !== undefined && !segment.waiting) {
          assert.isTrue(segment.start >= of.startTime && segment.end <= of.endTime, `seed ${seed}`)
        }
        at = segment.end
      }
      assert.strictEqual(at, end, `seed ${seed}`)
    }
  })

  it("a chain of 20,000 spans is no deeper than memory", () => {
    const { criticalPath, spans } = assembled(
      Array.from({ length: 20_000 }, (_, n) => span(n + 1, n === 0 ? undefined : n, n, 40_000 - n))
    )
    assert.strictEqual(spans.at(-1)?.depth, 19_999)
    assert.isAbove(criticalPath.length, 20_000)
  })
})

describe("by hand", () => {
  const named = ({ spans }: AssembledTrace) => spans.map(({ depth, span: each }) => `${" ".repeat(depth)}${each.name}`)

  it("Zipkin's client and server share an id: the server is the client's child, and has the children", () => {
    const trace = assembled([
      span(1, undefined, 0, 100, { name: "root" }),
      span(2, 1, 10, 90, { kind: "client", name: "call", resource: { "service.name": "shop" } }),
      span(2, 1, 20, 80, { kind: "server", name: "serve", resource: { "service.name": "till" } }),
      span(3, 2, 30, 40, { name: "inner", resource: { "service.name": "till" } })
    ])
    assert.deepStrictEqual(named(trace), ["root", " call", "  serve", "   inner"])
    assert.strictEqual(new Set(trace.spans.map((each) => each.span.spanId)).size, 4)
    assert.deepStrictEqual(trace.spans[2]?.warnings, ["shared_id"])
    assert.deepStrictEqual(serviceCalls(trace.spans.map((each) => each.span)), [{
      parent: "shop",
      child: "till",
      calls: 1,
      errors: 0
    }])
  })

  it("of two versions of one span the later end stands, and it is told", () => {
    const { spans } = assembled([span(1, undefined, 0, 100), span(1, undefined, 0, 120)])
    assert.strictEqual(spans.length, 1)
    assert.strictEqual(spans[0]?.span.endTime, noon + 120n * millisecond)
    assert.deepStrictEqual(spans[0]?.warnings, ["conflicting_duplicate"])
  })

  it("ids are compared in lower case", () => {
    const { spans } = assembled([span(171, undefined, 0, 100), {
      ...span(2, undefined, 10, 20),
      parentSpanId: spanIdOf(171).toUpperCase()
    }])
    assert.strictEqual(spans[1]?.depth, 1)
  })

  it("the critical path goes through what was waited for, and tells waiting from work", () => {
    const { criticalPath } = assembled([
      span(1, undefined, 0, 100, { kind: "server" }),
      // Two at once: the one that ends last held the end up.
      span(2, 1, 10, 40),
      span(3, 1, 15, 60),
      span(4, 1, 90, 95, { kind: "producer" }),
      // Taken from a queue long after.
      span(5, 4, 150, 180, { kind: "consumer" })
    ])
    assert.deepStrictEqual(
      criticalPath.map((
        { end, spanId, start, waiting }
      ) => [
        Number(BigInt(`0x${spanId}`)),
        Number((start - noon) / millisecond),
        Number((end - noon) / millisecond),
        waiting
      ]),
      [[1, 0, 15, false], [3, 15, 60, false], [1, 60, 90, false], [4, 90, 95, false], [4, 95, 150, true], [
        5,
        150,
        180,
        false
      ]]
    )
  })

  it("own time is what no child covers, overlaps counted once; queued is from the parent's end", () => {
    const { spans } = assembled([
      span(1, undefined, 0, 100),
      span(2, 1, 10, 40),
      span(3, 1, 30, 50),
      span(4, 1, 120, 130)
    ])
    assert.strictEqual(spans[0]?.selfNanos, 60n * millisecond)
    assert.strictEqual(spans[3]?.queuedNanos, 20n * millisecond)
  })

  it("complete or not, with the reason", () => {
    const root = span(1, undefined, 0, 100)
    const told = (spans: ReadonlyArray<StoredSpan>, completion?: Completion) =>
      assembled(spans, completion).completeness
    assert.deepStrictEqual(told([root]), {
      complete: true,
      reason: "root and all parents are there; closed when it was quiet"
    })
    assert.deepInclude(told([root, span(2, 9, 0, 1)]), { complete: false })
    assert.include(told([root, span(2, 9, 0, 1, { flags: 0x301 })]).reason, "1 of them from another process")
    assert.include(told([span(2, 9, 0, 1)]).reason, "no root came")
    assert.deepInclude(told([root], { state: "open", reason: "root" }), { complete: false })
    assert.deepInclude(told([root], { state: "partial", reason: "span_cap" }), { complete: false })
    assert.deepInclude(told([root], { state: "partial", reason: "timeout" }), { complete: true })
  })
})
