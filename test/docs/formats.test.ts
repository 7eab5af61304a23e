/** Every example of docs/formats.md is read by the decoder that reads the real thing. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ConjunctionAlert } from "../../src/domain/alert/ConjunctionAlert.ts"
import { readOem } from "../../src/domain/ccsds/oem/readOem.ts"
import { readTdm } from "../../src/domain/ccsds/tdm/tdm.ts"
import { DeadLetter } from "../../src/domain/deadletter/DeadLetter.ts"
import { decodeRawRecord } from "../../src/domain/observation/formats/decodeRawRecord.ts"
import { OpticalPage } from "../../src/domain/observation/formats/opticalArchive.ts"
import { Observation } from "../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../src/domain/observation/observationId.ts"
import { decodeRegistry } from "../../src/domain/observation/sensors/SensorRegistry.ts"
import { decodeCatalogue } from "../../src/domain/orbit/catalogue/Catalogue.ts"
import { parse } from "../../src/domain/time/UtcTime.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/formats.md"), "utf8")

const examples = new Map(
  Array.from(page.matchAll(/^```\w+ ([\w-]+)\n([\s\S]*?)^```$/gm), ([, name = "", text = ""]) => [name, text] as const)
)

const example = (name: string): string => {
  const text = examples.get(name)
  if (text === undefined) throw new Error(`docs/formats.md has no example ${name}`)
  return text
}

const strict = { onExcessProperty: "error" } as const
const registry = Result.getOrThrow(decodeRegistry(example("sensors"), "docs/formats.md"))
const receivedAt = parse("2026-03-20T12:00:05Z") ?? 0

const decode = (format: string, source: string, bytes: Uint8Array) =>
  Result.getOrThrow(decodeRawRecord({ format, source, bytes, locator: "docs" }, { receivedAt }, registry))

const bytesOf = (name: string): Uint8Array =>
  Buffer.from(example(name).replaceAll(/#.*$/gm, "").replaceAll(/\s/g, ""), "hex")

describe("docs/formats.md", () => {
  it("has no example that is not tested here", () => {
    const fences = page.match(/^```\w+.*$/gm) ?? []
    assert.lengthOf(fences, examples.size)
    assert.deepStrictEqual(
      [...examples.keys()].toSorted(),
      [
        "alert",
        "catalogue",
        "dead-letter",
        "full-observation",
        "isl",
        "observation",
        "oem",
        "omm",
        "optical",
        "radar",
        "sensors",
        "tdm"
      ]
    )
  })

  it("sensor registry", () => {
    assert.deepStrictEqual([...registry.bySourceId.keys()], ["radar-north", "dome", "link-98001"])
    assert.strictEqual(registry.byArrayId.get(1)?.sigmas.range, 25)
  })

  it("catalogue", () => {
    const catalogue = Result.getOrThrow(decodeCatalogue(example("catalogue"), "docs/formats.md"))
    assert.deepStrictEqual([...catalogue.keys()], ["24946"])
  })

  it("the catalogue's element set as an OMM is the same set", () => {
    const [tle] = Result.getOrThrow(decodeCatalogue(example("catalogue"), "docs/formats.md")).values()
    const [omm] = Result.getOrThrow(decodeCatalogue(example("omm"), "docs/formats.md")).values()
    if (tle === undefined || omm === undefined) throw new Error("no element set")
    const { epoch, ...elements } = omm
    // A TLE's epoch has eight decimals of a day: 0.9 ms.
    assert.closeTo(epoch, tle.epoch, 0.9)
    for (const [key, value] of Object.entries(elements)) {
      const other = Object.entries(tle).find(([name]) => name === key)?.[1]
      if (typeof value === "number" && typeof other === "number") assert.closeTo(value, other, Math.abs(value) * 1e-12)
      else assert.strictEqual(value, other)
    }
  })

  it("OEM", () => {
    const { segments: [segment] } = Result.getOrThrow(readOem(example("oem"), "docs/formats.md"))
    assert.deepStrictEqual(segment?.states[0], {
      epoch: parse("2026-03-20T12:00:00Z") ?? 0,
      position: [7_000_000, 0, 0],
      velocity: [0, 7546.049108, 0]
    })
    assert.strictEqual(segment?.covariances[0]?.matrix[7], 10_000)
  })

  it("an observation line of each kind of target", () => {
    const lines = example("observation").trimEnd().split("\n")
    const observations = lines.map((line) => decode("observation", "observation", Buffer.from(line)))
    assert.deepStrictEqual(
      observations.map(({ target }) => target._tag),
      ["RangeRate", "Angular", "AzimuthElevation", "StateVector", "StateVector"]
    )
    assert.strictEqual(observations[2]?.sensorTimestamp, parse("2026-03-20T12:00:02.123456789Z"))
    // Nothing in a line is there that the program would not read.
    for (const line of lines) {
      const whole = { observationId: observationIdOf("x", Buffer.of()), ingestTimestamp: "2026-03-20T12:00:05Z" }
      Schema.decodeUnknownSync(Observation, strict)({ ...whole, ...JSON.parse(line) })
    }
    Schema.decodeUnknownSync(Observation, strict)(JSON.parse(example("full-observation")))
  })

  it("TDM", () => {
    const { errors, observations } = readTdm(example("tdm"), registry, receivedAt)
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(observations.map(({ observation }) => observation.target), [
      {
        _tag: "RangeRate",
        range: 812_345.5,
        rangeRate: -3210.25,
        azimuth: 71.62 * (Math.PI / 180),
        elevation: 28.65 * (Math.PI / 180)
      },
      { _tag: "RangeRate", range: 809_132.2 }
    ])
  })

  it("radar frame: the first JSON line as bytes", () => {
    const { observationId: _, ...frame } = decode("radar", "radar", bytesOf("radar"))
    const [line = ""] = example("observation").split("\n")
    const { observationId: __, ...json } = decode("observation", "observation", Buffer.from(line))
    assert.deepStrictEqual(frame, json)
  })

  it("ISL beacon", () => {
    const beacon = decode("isl", "isl", bytesOf("isl"))
    assert.deepStrictEqual(beacon.target, {
      _tag: "StateVector",
      position: [6_878_137, 0, 1000.5],
      velocity: [0, 7612.5, 0],
      frame: "TEME"
    })
    assert.strictEqual(beacon.sensorTimestamp, parse("2026-03-20T12:00:00.000125Z"))
    assert.deepStrictEqual(beacon.uncertainty, {})
  })

  it("optical archive page", () => {
    const { observations } = Schema.decodeUnknownSync(OpticalPage, strict)(JSON.parse(example("optical")))
    assert.lengthOf(observations, 1)
    const [record] = JSON.parse(example("optical")).observations
    const { objectHint, sourceId } = decode("optical", "optical", Buffer.from(JSON.stringify(record)))
    assert.deepStrictEqual([sourceId, objectHint], ["dome", "3"])
  })

  it("alert", () => {
    const alert = Schema.decodeUnknownSync(ConjunctionAlert, strict)(JSON.parse(example("alert")))
    const [r, t, n] = alert.missRtnMetres
    assert.closeTo(Math.hypot(r, t, n), alert.missDistanceMetres, 1)
  })

  it("dead letter: what the program says of its payload", () => {
    const letter = Schema.decodeUnknownSync(DeadLetter, strict)(JSON.parse(example("dead-letter")))
    const { errorKind, id, message, payload, source, trace } = letter
    assert.strictEqual(observationIdOf(source, payload), id)
    assert.strictEqual(trace.traceId, id.replaceAll("-", ""))
    const raw = { format: "observation", source, bytes: payload, locator: letter.locator } as const
    const failure = Result.getOrThrow(Result.flip(decodeRawRecord(raw, { receivedAt }, registry)))
    assert.strictEqual(failure.errorKind, errorKind)
    // The rest is the JavaScript engine's wording.
    assert.strictEqual(failure.message.split(" ", 3).join(" "), message.split(" ", 3).join(" "))
  })
})
