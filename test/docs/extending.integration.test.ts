/** The walks that change a checkout: each page is applied to a copy of the sources, which is type-checked and run. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")

/** A copy of what a checkout needs to run, changed as the page says. `files`: those that it touches. */
const applied = (page: string) => {
  const copy = mkdtempSync(join(tmpdir(), "perigee-walk-"))
  const changes = Array.from(
    readFileSync(join(root, page), "utf8").matchAll(
      /<!-- in: ([^,\s]+)(?:, (behind|instead of): (.*?))? -->\n+(?:<!-- dprint-ignore -->\n+)?```ts\n(.*?)```/gs
    ),
    ([, file = "", how, line = "", text = ""]) => ({ file, how, line, text })
  )
  beforeAll(() => {
    for (const name of ["src", "bin", "package.json", "tsconfig.json"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true })
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
    for (const { file, how, line, text } of changes) {
      const path = join(copy, file)
      if (how === undefined) {
        assert.isFalse(existsSync(path), `${file} is new`)
        writeFileSync(path, text)
        continue
      }
      const lines = readFileSync(path, "utf8").split("\n")
      const at = lines.flatMap((each, place) => each.trim() === line.trim() ? [place] : [])
      assert.lengthOf(at, 1, `${file}: ${line}`)
      lines.splice((at[0] ?? 0) + (how === "behind" ? 1 : 0), how === "behind" ? 0 : 1, ...text.trimEnd().split("\n"))
      writeFileSync(path, lines.join("\n"))
    }
  })
  afterAll(() => rmSync(copy, { recursive: true }))
  const run = (...args: ReadonlyArray<string>): string =>
    execFileSync(process.execPath, args, { cwd: copy, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  return {
    files: [...new Set(changes.map(({ file }) => file))],
    compile: () => {
      writeFileSync(join(copy, "tsconfig.src.json"), JSON.stringify({ extends: "./tsconfig.json", include: ["src"] }))
      return run(join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.src.json")
    },
    perigee: (...args: ReadonlyArray<string>) => run("bin/perigee.js", ...args),
    program: (text: string) => {
      writeFileSync(join(copy, "program.ts"), text)
      return run("program.ts")
    }
  }
}

describe("docs/extending/source.md, applied to a checkout", () => {
  const { compile, files, perigee, program } = applied("docs/extending/source.md")

  it("touches five files, and compiles", () => {
    assert.lengthOf(files, 5)
    assert.strictEqual(compile(), "")
  })

  it("makes the kind's lateness and its address settings", () => {
    const config = perigee("config")
    for (const name of ["LATENESS", "IDLE", "HOST", "PORT"]) assert.include(config, `PERIGEE_LASER_${name}`)
  })

  it("takes what is sent, decodes it, and says what is not simulated", () => {
    const told = program(`
      import { Effect, Layer, Result, Stream } from "effect"
      import { createSocket } from "node:dgram"
      import { decodeRawRecord } from "./src/domain/observation/formats/decodeRawRecord.ts"
      import { sensorOf } from "./src/domain/observation/sensors/sensorRecord.ts"
      import { makeRegistry } from "./src/domain/observation/sensors/SensorRegistry.ts"
      import { makeScenario, silence } from "./src/domain/simulation/scenario.ts"
      import { makeLaserUdp } from "./src/layers/sources/LaserUdp.ts"
      import { SourceStats } from "./src/layers/sources/SourceStats.ts"

      const site = { latitudeDegrees: 0, longitudeDegrees: 0, heightMetres: 0 }
      const registry = makeRegistry([sensorOf({ sourceId: "graz", kind: "laser", site, sigmas: { rangeMetres: 0.02 } })])
      const lines = ["graz 2026-03-20T00:00:00Z 1000000.25", "graz yesterday 1", "nobody 2026-03-20T00:00:00Z 1"]
      const told = await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const source = yield* makeLaserUdp({ host: "127.0.0.1", port: 0 })
        const socket = createSocket("udp4")
        for (const line of lines) socket.send(line, source.port, "127.0.0.1")
        const records = yield* source.records.pipe(Stream.take(3), Stream.runCollect)
        socket.close()
        return records.map((record) => {
          const decoded = decodeRawRecord(record.raw, record, registry)
          return Result.isSuccess(decoded)
            ? [decoded.success.sourceKind, decoded.success.target]
            : [decoded.failure.errorKind, decoded.failure.message]
        })
      })).pipe(Effect.provide(SourceStats.layer)))
      const scenario = makeScenario({ seed: 1, start: 0, durationMillis: 0, catalogue: [], sensors: registry.bySourceId.values() })
      console.log(JSON.stringify([told, silence(scenario)]))
    `)
    assert.deepStrictEqual(JSON.parse(told), [
      [
        ["laser", { _tag: "RangeRate", range: 1_000_000.25 }],
        ["Deserialization", "A laser range is a sensor, a time and metres above 0"],
        ["ValidationFailed", "Source \"nobody\" is unregistered: the sensor registry does not know it"]
      ],
      "nothing is simulated of kind \"laser\": its sensor is silent"
    ])
  })
})

describe("docs/extending/setting.md, applied to a checkout", () => {
  const { compile, files, perigee, program } = applied("docs/extending/setting.md")

  it("touches three files beside two pages, and compiles", () => {
    assert.lengthOf(files, 3)
    assert.strictEqual(compile(), "")
  })

  it("is shown by perigee config", () => {
    assert.match(perigee("config"), /PERIGEE_MEMORY_TARGET.*1 GiB/)
  })

  it("sets the gauge by the setting", () => {
    const told = program(`
      import { ConfigProvider, Effect, Layer } from "effect"
      import { layerMetricsFromConfig } from "./src/layers/metrics/metricsFromConfig.ts"
      import { Exposition } from "./src/layers/metrics/Exposition.ts"
      import { Instruments } from "./src/layers/index.ts"

      const env = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ PERIGEE_MEMORY_TARGET: "1 kB" }))
      const metrics = layerMetricsFromConfig({ live: false, version: "test" }).pipe(Layer.provideMerge(Instruments.layerTest), Layer.provide(env))
      const page = await Effect.runPromise(Effect.flatMap(Exposition, (exposition) => exposition.render("")).pipe(Effect.provide(metrics)))
      console.log(JSON.stringify(page))
    `)
    const ratio = /process_memory_target_ratio (\d+\.?\d*)/.exec(told)?.[1]
    assert.isAbove(Number(ratio), 1000)
  })
})
