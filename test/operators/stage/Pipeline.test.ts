import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Stream } from "effect"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { fork } from "../../../src/operators/branches/fork.ts"
import { asyncCall } from "../../../src/operators/calls/asyncCall.ts"
import { fusionPipeline } from "../../../src/operators/fusion/fusionPipeline.ts"
import { graphSvg } from "../../../src/operators/graph/graphSvg.ts"
import { graphJson, graphText } from "../../../src/operators/graph/graphText.ts"
import { layout, type PlacedBox } from "../../../src/operators/graph/layout.ts"
import { dedupe } from "../../../src/operators/keyed/dedupe.ts"
import { buffer } from "../../../src/operators/shaping/buffer.ts"
import { sink } from "../../../src/operators/sinks/sink.ts"
import { source } from "../../../src/operators/sources/source.ts"
import * as Pipeline from "../../../src/operators/stage/Pipeline.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { emptyFusion } from "../../support/fusionShape.ts"

const layer = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer)

const numbers = (name: string, ...values: ReadonlyArray<number>) =>
  Pipeline.from(Stream.fromIterable(values).pipe(source({ name, eventTime: (n) => n, outOfOrdernessMillis: 0 })), name)

const queue = buffer<number>({ name: "queue", capacity: 8, policy: "backpressure", reason: "a slow branch" })
const ask = asyncCall<number, string, never, never>({
  name: "ask",
  concurrency: 2,
  call: (n) => Effect.succeed(`asked ${n}`)
})

const into = (written: Ref.Ref<ReadonlyArray<string>>) =>
  sink<string, never, never>({
    name: "store",
    write: (payloads) => Ref.update(written, (before) => [...before, ...payloads])
  })

/** Two sources, a fork with a branch that queues, and one behind the other what is pure. */
const whole = (written: Ref.Ref<ReadonlyArray<string>>) =>
  Pipeline.merge({ a: numbers("odd", 1, 3, 5), b: numbers("even", 2, 4) }, { capacity: 16 })
    .via(Stage.map("plus", (n: number) => n + 10))
    .via(Stage.filter("small", (n: number) => n < 15))
    .via(
      fork({ told: Stage.map("tell", (n: number) => `told ${n}`), asked: Stage.andThen(queue, ask) }, { capacity: 32 })
    )
    .to(into(written))

const fusion = () => fusionPipeline(emptyFusion)

describe("Pipeline", () => {
  it.effect("runs what was composed, anew each time", () =>
    Effect.gen(function*() {
      const written = yield* Ref.make<ReadonlyArray<string>>([])
      const pipeline = whole(written)
      const expected = [11, 12, 13, 14].flatMap((n) => [`told ${n}`, `asked ${n}`]).toSorted()
      yield* pipeline.run
      assert.deepStrictEqual((yield* Ref.get(written)).toSorted(), expected)
      yield* Ref.set(written, [])
      yield* pipeline.run
      assert.deepStrictEqual((yield* Ref.get(written)).toSorted(), expected)
    }).pipe(Effect.provide(layer)))

  it.effect("tagged inputs keep their types", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const texts = Pipeline.from(Stream.make("x").pipe(source({ name: "texts", eventTime: () => 0 })))
      yield* Pipeline.mergeTagged({ left: numbers("numbers", 7), right: texts })
        .via(Stage.map("show", (each) => each.side === "left" ? each.value.toFixed(1) : each.value.toUpperCase()))
        .to(sink({ name: "seen", write: (payloads) => Effect.sync(() => void seen.push(...payloads)) })).run
      assert.deepStrictEqual(seen.toSorted(), ["7.0", "X"])
    }).pipe(Effect.provide(layer)))

  it("connects only what fits", () => {
    const flow = numbers("numbers", 1)
    // @ts-expect-error numbers do not go into an operator of texts
    flow.via(Stage.map("trim", (text: string) => text.trim()))
    // @ts-expect-error numbers do not go into a sink of texts
    flow.to(sink<string, never, never>({ name: "texts", write: () => Effect.void }))
    // @ts-expect-error what two sources give must fit both
    Pipeline.merge({ flow, texts: flow.via(ask) }).via(Stage.map("plus", (n: number) => n + 1))
    const ended = flow.to(queue)
    // @ts-expect-error a whole pipeline has no open end
    assert.isUndefined(ended.via)
  })

  it("pure operators are fused wherever they meet", () => {
    const plus = (name: string) => Stage.map(name, (n: number) => n + 1)
    const effect = Stage.effectful<number, number, never, never>({ name: "effect", step: () => Effect.void })
    const chain = [plus("a"), plus("b"), effect, plus("c"), plus("d")].reduce(Stage.andThen)
    assert.deepStrictEqual(chain.stages.map(({ name }) => name), ["a", "b", "effect", "c", "d"])
    assert.isUndefined(chain.process)
    assert.isDefined(Stage.andThen(plus("a"), plus("b")).process)
    assert.isDefined(chain.extend)
    assert.deepStrictEqual(Stage.edgeProblems(chain.graph), [])
    assert.deepStrictEqual(chain.graph.edges.map(({ from, to }) => [from, to]), [[0, 1], [1, 2], [2, 3], [3, 4]])
  })
})

describe("the graph of a pipeline", () => {
  it.effect("is what was composed: branches, inputs, capacities", () =>
    Effect.gen(function*() {
      const { graph } = whole(yield* Ref.make<ReadonlyArray<string>>([]))
      const named = graphJson(graph)
      const name = (place: number) => named.stages[place]?.name
      assert.deepStrictEqual(
        named.edges.map(({ capacity, from, to }) => `${name(from)} -> ${name(to)} ${capacity}`),
        [
          "odd -> merge 16",
          "even -> merge 16",
          "merge -> plus 256",
          "plus -> small 256",
          "small -> fork 256",
          "fork -> tell 32",
          "fork -> queue 32",
          "tell -> fork merge 32",
          "queue -> ask 8",
          "ask -> fork merge 32",
          "fork merge -> store 256"
        ]
      )
      assert.include(
        graphText(graph).join("\n"),
        "queue (buffer) -> ask (effectful): capacity 8, backpressure: a slow branch"
      )
    }))

  it.effect("of what runs has no edge without bound, policy or reason", () =>
    Effect.gen(function*() {
      const built = [fusion().graph, whole(yield* Ref.make<ReadonlyArray<string>>([])).graph]
      for (const graph of built) {
        assert.deepStrictEqual(Stage.edgeProblems(graph), [])
        // Every stage is reached, and every stage but the last leads on.
        assert.strictEqual(
          new Set(graph.edges.map(({ to }) => to)).size,
          graph.nodes.filter(({ kind }) => kind !== "source").length
        )
        assert.strictEqual(new Set(graph.edges.map(({ from }) => from)).size, graph.nodes.length - 1)
      }
    }))

  it("a walk finds an unbounded edge, and one without a policy or a reason", () => {
    const edge = (part: Partial<Stage.Edge>) =>
      Stage.andThen(
        Stage.stateless<number, number>({ name: "a", edge: { ...Stage.direct, ...part }, step: () => {} }),
        Stage.map("b", (n: number) => n)
      ).graph
    assert.deepStrictEqual(Stage.edgeProblems(edge({ capacity: Infinity })), ["a -> b: capacity Infinity is no bound"])
    assert.deepStrictEqual(Stage.edgeProblems(edge({ capacity: 0 })), ["a -> b: capacity 0 is no bound"])
    assert.deepStrictEqual(Stage.edgeProblems(edge({ reason: " " })), ["a -> b: no reason"])
    const [known] = edge({}).edges
    const unnamed = { ...edge({}), edges: [JSON.parse(JSON.stringify({ ...known, policy: undefined }))] }
    assert.deepStrictEqual(Stage.edgeProblems(unnamed), [`a -> b: no policy is called "undefined"`])
  })

  const overlap = (a: PlacedBox, b: PlacedBox) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

  it.effect("is drawn with nothing on top of anything else, within the picture", () =>
    Effect.gen(function*() {
      const same = (name: string) => Stage.map(name, (n: number) => n)
      const wide = (name: string) =>
        fork({
          short: same(`${name}: short`),
          long: [1, 2, 3].map((i) => same(`${name}: a long way, part ${i}`)).reduce(Stage.andThen),
          nested: fork({
            x: buffer<number>({ name: `${name}: queue`, capacity: 8, policy: "backpressure", reason: "drawn" }),
            y: same(`${name}: y`)
          }, { name: `${name}: nested` })
        }, { name })
      const graphs = [
        fusion().graph,
        whole(yield* Ref.make<ReadonlyArray<string>>([])).graph,
        numbers("numbers", 1).via(wide("first")).via(wide("second")).graph
      ]
      for (const graph of graphs) {
        const { edges, height, stages, width } = layout(graph)
        assert.lengthOf(edges, graph.edges.length)
        const boxes = [...stages, ...edges]
        for (const [i, box] of boxes.entries()) {
          assert.isTrue(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height)
          for (const other of boxes.slice(i + 1)) assert.isFalse(overlap(box, other))
        }
        const svg = graphSvg(graph)
        for (const { name } of graph.nodes) assert.include(svg, `>${name}</text>`)
        for (const { capacity, policy } of graph.edges) assert.include(svg, `${capacity} · ${policy}`)
      }
    }))

  it("two stages of one name are refused where they are put together, with both places", () => {
    const same = (name: string) => Stage.map(name, (n: number) => n)
    const pipeline = numbers("numbers", 1).via(same("a")).via(dedupe({ key: String, ttlMillis: 1, capacity: 1 }))
    const twice = dedupe<number>({ key: String, ttlMillis: 2, capacity: 2 })
    assert.throws(
      () => pipeline.via(same("b")).via(twice),
      /two stages are called "dedupe": the stateful stage behind a, and the stateful stage behind b\./
    )
    assert.throws(() => fork({ x: same("c"), y: same("c") }), /two stages are called "c"/)
    assert.throws(() => Pipeline.merge({ x: numbers("x", 1).via(same("d")), y: numbers("y", 1).via(same("d")) }), /"d"/)
    assert.doesNotThrow(() => Pipeline.merge({ x: numbers("x", 1), y: numbers("x", 1) }))
  })

  it("names are escaped", () => {
    const svg = graphSvg(Stage.map("<a & \"b\">", (n: number) => n).graph, "<title>")
    assert.include(svg, "&lt;a &amp; &quot;b&quot;&gt;")
    assert.notInclude(svg, "<a &")
  })
})
