/** Names that users chose freely, as scrapers take them: through the service, so that both formats are held to it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import * as Http from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Collectors } from "../../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../../src/layers/metrics/Exposition.ts"
import { parseOpenMetrics } from "../../../support/openMetrics.ts"
import { freePort, stopProcess } from "../../../support/process.ts"
import { promtoolCheck, startPrometheus, whyNoPrometheus } from "../../../support/prometheus.ts"

const openType = "application/openmetrics-text"

/** Both texts of what `use` puts into a registry of its own, and what was logged. */
const exposed = (use: Effect.Effect<void>) =>
  Effect.gen(function*() {
    const logged: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void logged.push(String(message)))
    const texts = yield* Effect.gen(function*() {
      yield* use
      const { render } = yield* Exposition
      yield* render("")
      return {
        plain: (yield* render(""))?.body ?? "",
        open: (yield* render(openType))?.body ?? ""
      }
    }).pipe(Effect.provide(
      Exposition.layer.pipe(
        Layer.provideMerge(Collectors.layer),
        Layer.provideMerge(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
        Layer.provideMerge(Logger.layer([logger]))
      )
    ))
    return { ...texts, logged }
  })

const description = "D"
const counter = (name: string, attributes: Record<string, string> = {}, said = description) =>
  Metric.update(Metric.counter(name, { description: said, attributes, incremental: true }), 1)
const gauge = (name: string, attributes: Record<string, string> = {}) =>
  Metric.update(Metric.gauge(name, { description, attributes }), 2)
const histogram = (name: string, attributes: Record<string, string> = {}) =>
  Metric.update(Metric.histogram(name, { description, boundaries: [1], attributes }), 3)

const hostile = Effect.all([
  counter("http.server.requests", { "http.method": "GET", "http-method": "POST", http_method: "PUT" }),
  counter("queue-depth_total", { unit: "m", "1st": "x", "": "y", __name__: "z" }),
  gauge("foo"),
  counter("foo_total"),
  gauge("latency_count"),
  histogram("latency", { le: "own", "quelle/été": "\\ \" \n" }),
  gauge("bar.baz"),
  gauge("bar_baz"),
  counter("twice", {}, "one"),
  counter("twice", {}, "another"),
  counter("_total"),
  gauge("9lives"),
  gauge("disk_info"),
  Metric.update(Metric.frequency("words", { description, attributes: { key: "k" } }), "w")
], { discard: true })

const of = { counter, gauge, histogram }

/** Of parts that are easily mistaken for each other. */
const AnyMetric = Schema.Struct({
  kind: Schema.Literals(["counter", "gauge", "histogram"]),
  name: Schema.Array(Schema.Literals(["a", "_", ".", "1", ":", "é", "_total", "_count", "_gauge"])),
  labels: Schema.Array(Schema.Tuple([
    Schema.Array(Schema.Literals(["a", "_", ".", "1", "le"])),
    Schema.Literals(["v", "\n\"\\"])
  ]))
})

describe("names in the exposition", () => {
  it.effect("are made legal, and the same in both formats", () =>
    Effect.gen(function*() {
      const { open, plain } = yield* exposed(hostile)
      const families = parseOpenMetrics(open)
      assert.includeMembers(Array.from(families.keys()), ["http_server_requests", "queue_depth", "foo", "latency"])
      assert.deepStrictEqual(families.get("http_server_requests")?.samples[0]?.labels, {
        http_method: "PUT",
        http_method_2: "POST",
        http_method_3: "GET"
      })
      const samples = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).sort()
      assert.deepStrictEqual(samples(plain), samples(open))
      const labels = families.get("queue_depth")?.samples[0]?.labels ?? {}
      assert.deepStrictEqual(labels, { unit: "m", _1st: "x", _: "y", _name__: "z" })
      assert.strictEqual(families.get("disk_info")?.type, "gauge", "info is 1 and nothing else")
    }))

  it.effect("a gauge beside a counter of its name yields, whoever came first, and it is said once", () =>
    Effect.gen(function*() {
      for (const use of [[gauge("foo"), counter("foo_total")], [counter("foo_total"), gauge("foo")]]) {
        const { logged, open, plain } = yield* exposed(Effect.all(use, { discard: true }))
        const families = parseOpenMetrics(open)
        assert.strictEqual(families.get("foo")?.samples[0]?.name, "foo_total")
        assert.strictEqual(families.get("foo_gauge")?.samples[0]?.value, 2)
        assert.include(plain, "# TYPE foo_total counter\nfoo_total 1\n")
        assert.deepStrictEqual(logged, ["metrics: the gauge foo is exposed as foo_gauge: another metric has its name"])
      }
    }))

  it.effect.prop(
    "whatever the names, nothing is lost and nothing clashes",
    { metrics: Schema.Array(AnyMetric) },
    ({ metrics }) =>
      Effect.gen(function*() {
        const named = metrics.map(({ kind, labels, name }) => ({
          kind,
          name: name.join(""),
          attributes: Object.fromEntries(labels.map(([label, value]) => [label.join(""), value]))
        }))
        const { open, plain } = yield* exposed(
          Effect.forEach(named, ({ attributes, kind, name }) => of[kind](name, attributes), { discard: true })
        )
        const series = Array.from(parseOpenMetrics(open).values()).flatMap(({ samples, type }) =>
          samples.filter(({ name }) => type !== "histogram" || name.endsWith("_sum"))
        )
        const distinct = new Set(
          named.map(({ attributes, kind, name }) => JSON.stringify([kind, name, Object.entries(attributes).toSorted()]))
        )
        assert.lengthOf(series, distinct.size, open)
        assert.strictEqual(plain.match(/^# TYPE /gm)?.length, open.match(/^# TYPE /gm)?.length)
      })
  )

  it.effect.skipIf(whyNoPrometheus !== undefined)(
    `promtool and Prometheus take both ${whyNoPrometheus ?? ""}`,
    () =>
      Effect.gen(function*() {
        const { open, plain } = yield* exposed(hostile)
        // Status 3 is a matter of taste, such as a gauge whose name ends in _count.
        assert.notInclude(promtoolCheck(plain), "status 1", promtoolCheck(plain))
        assert.include(promtoolCheck("# TYPE a-b counter\na-b 1\n"), "status 1", "the check does not check")
        yield* Effect.promise(() => scrapes(open))
      }),
    60_000
  )
})

/** Fails where Prometheus refuses the text. */
const scrapes = async (text: string) => {
  const port = await freePort()
  const server = Http.createServer((_, response) => {
    response.setHeader("content-type", `${openType}; version=1.0.0; charset=utf-8`)
    response.end(text)
  })
  await new Promise<void>((resume) => server.listen(port, "127.0.0.1", resume))
  const directory = mkdtempSync(join(tmpdir(), "perigee-names-"))
  const prometheus = await startPrometheus(directory, `127.0.0.1:${port}`)
  try {
    const query = `${prometheus.url}/api/v1/targets`
    for (let i = 0; i < 100; i++) {
      const body = await (await fetch(query)).text()
      if (body.includes("\"health\":\"up\"")) return
      if (body.includes("\"health\":\"down\"")) throw new Error(body)
      await sleep(200)
    }
    throw new Error("Prometheus did not scrape")
  } finally {
    await stopProcess(prometheus.pid)
    server.close()
    rmSync(directory, { recursive: true, force: true })
  }
}
