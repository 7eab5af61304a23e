import { describe, expect, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { decodeRawRecord } from "../../../src/domain/observation/formats/decodeRawRecord.ts"
import { sensorOf } from "../../../src/domain/observation/sensors/sensorRecord.ts"
import { makeRegistry } from "../../../src/domain/observation/sensors/SensorRegistry.ts"
import { makeFileSource } from "../../../src/layers/sources/FileSource.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"

const registry = makeRegistry([
  sensorOf({
    sourceId: "RADAR-1",
    kind: "radar",
    arrayId: 1,
    site: { latitudeDegrees: 1, longitudeDegrees: 2, heightMetres: 3 },
    sigmas: { rangeMetres: 25, rangeRateMetresPerSecond: 0.05, azimuthDegrees: 0.015, elevationDegrees: 0.015 }
  })
])

const fileWith = (name: string, content: string | Uint8Array) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-file-"))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
    ),
    (directory) => {
      const path = join(directory, name)
      writeFileSync(path, content)
      return path
    }
  )

const line = (range: number) =>
  JSON.stringify({
    sourceId: "RADAR-1",
    sourceKind: "radar",
    sensorTimestamp: "2026-01-01T00:00:00.000001Z",
    target: { _tag: "RangeRate", range },
    uncertainty: {}
  })

const tdm = `CCSDS_TDM_VERS = 2.0
CREATION_DATE = 2026-01-02T03:04:05.000
ORIGINATOR = TEST
META_START
TRACK_ID = 17
TIME_SYSTEM = UTC
PARTICIPANT_1 = RADAR-1
PARTICIPANT_2 = 2020-001A
PATH = 1,2,1
ANGLE_TYPE = AZEL
META_STOP
DATA_START
RANGE = 2026-01-02T00:00:00.000 1234.567
ANGLE_1 = 2026-01-02T00:00:00.000 191.402
ANGLE_2 = 2026-01-02T00:00:00.000 25.441
RCS = 2026-01-02T00:00:00.000 2.98
RANGE = 2026-01-02T00:00:01.000 twelve
what is this
RANGE = 2026-01-02T00:00:02.000 1230.5
DATA_STOP
`

const decode = (path: string) =>
  Effect.gen(function*() {
    const source = yield* makeFileSource({ path })
    const records = yield* Stream.runCollect(source.records)
    return records.map((record) => ({
      record,
      where: record.raw.locator.slice(path.length),
      text: Buffer.from(record.raw.bytes).toString("utf8"),
      decoded: decodeRawRecord(record.raw, record, registry)
    }))
  })

describe("FileSource", () => {
  it.effect("JSON lines: each line is a record with file and line; bad ones keep their bytes and the rest is read", () =>
    Effect.gen(function*() {
      const path = yield* fileWith("in.jsonl", `${line(1)}\r\n\n{"half": \n  \t\n[]\n${line(2)}`)
      const got = yield* decode(path)
      expect(got.map(({ text, where }) => [where, text])).toEqual([
        [":1", line(1)],
        [":3", "{\"half\": "],
        [":5", "[]"],
        [":6", line(2)]
      ])
      expect(got.map(({ decoded }) => Result.isSuccess(decoded) ? "ok" : decoded.failure.errorKind))
        .toEqual(["ok", "Deserialization", "SchemaMismatch", "ok"])
      expect((yield* SourceStats).counters("file").received).toBe(4)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("a file of many chunks gives every line once, in order, in arrays of at most 256", () =>
    Effect.gen(function*() {
      const path = yield* fileWith("big.json", Array.from({ length: 2000 }, (_, index) => `${line(index)}\n`).join(""))
      const source = yield* makeFileSource({ path })
      const lengths: Array<number> = []
      const texts: Array<string> = []
      yield* Stream.runForEachArray(source.records, (records) =>
        Effect.sync(() => {
          lengths.push(records.length)
          texts.push(...records.map(({ raw }) => Buffer.from(raw.bytes).toString()))
        }))
      expect(Math.max(...lengths)).toBeLessThanOrEqual(256)
      expect(texts).toEqual(Array.from({ length: 2000 }, (_, index) => line(index)))
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("a line over the limit is a malformed record of its beginning, and the next is read", () =>
    Effect.gen(function*() {
      const path = yield* fileWith("long.jsonl", `{"x": "${"y".repeat(200_000)}"}\n${line(3)}\n`)
      const source = yield* makeFileSource({ path, maximumLineBytes: 1000 })
      const got = yield* Stream.runCollect(source.records)
      expect(got.map(({ raw }) => raw.bytes.length)).toEqual([1000, line(3).length])
      expect((yield* SourceStats).counters("file")).toMatchObject({ received: 2, malformed: 1 })
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("TDM by its content: one record per observation, bad lines by themselves with line, reason and bytes", () =>
    Effect.gen(function*() {
      const got = yield* decode(yield* fileWith("in.kvn", `COMMENT hello\n\n${tdm}`))
      expect(got.map(({ where }) => where)).toEqual([":15", ":19", ":20", ":21"])
      const [first, number, noise, last] = got
      expect(first && Result.getOrUndefined(first.decoded)).toMatchObject({
        observationId: first?.record.observationId,
        sourceId: "RADAR-1",
        objectHint: "17",
        sensorTimestamp: Date.UTC(2026, 0, 2),
        target: { _tag: "RangeRate", range: 1_234_567 }
      })
      expect(number?.text).toBe("RANGE = 2026-01-02T00:00:01.000 twelve")
      expect(number?.decoded).toEqual(
        Result.fail({ errorKind: "Deserialization", message: "RANGE: \"twelve\" is not a number" })
      )
      expect(noise?.text).toBe("what is this")
      expect(noise?.decoded).toEqual(
        Result.fail({
          errorKind: "Deserialization",
          message: "neither KEY = value nor a mark such as META_START"
        })
      )
      expect(last && Result.isSuccess(last.decoded)).toBe(true)
      expect((yield* SourceStats).counters("file")).toMatchObject({ received: 4, malformed: 2 })
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("a .tdm without its first line is one dead letter; an unregistered participant says so", () =>
    Effect.gen(function*() {
      const [only, none] = yield* decode(yield* fileWith("bad.tdm", tdm.split("\n").slice(1).join("\n")))
      expect(none).toBeUndefined()
      expect(only?.decoded).toEqual(
        Result.fail({ errorKind: "Deserialization", message: "not a TDM: CCSDS_TDM_VERS is absent" })
      )
      const strangers = yield* decode(yield* fileWith("who.tdm", tdm.replace("RADAR-1", "WHO")))
      expect(strangers[0] && Result.isFailure(strangers[0].decoded) && strangers[0].decoded.failure).toMatchObject({
        errorKind: "ValidationFailed",
        message: expect.stringContaining("is unregistered")
      })
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("a byte order mark is no part of the first record: it decodes, and its id is the same as without", () =>
    Effect.gen(function*() {
      const marked = yield* decode(yield* fileWith("marked.jsonl", `\uFEFF${line(1)}\n${line(2)}\n`))
      const plain = yield* decode(yield* fileWith("plain.jsonl", `${line(1)}\n${line(2)}\n`))
      expect(marked.map(({ decoded }) => Result.isSuccess(decoded))).toEqual([true, true])
      expect(marked.map(({ record }) => record.observationId)).toEqual(plain.map(({ record }) => record.observationId))
      const [message] = yield* decode(yield* fileWith("marked.kvn", `\uFEFF${tdm}`))
      expect(message && Result.isSuccess(message.decoded)).toBe(true)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("what gzip packed is read as if it were not, members in a row too", () =>
    Effect.gen(function*() {
      const lines = Array.from({ length: 3000 }, (_, index) => `${line(index)}\n`)
      const packed = Buffer.concat([gzipSync(lines.slice(0, 2000).join("")), gzipSync(lines.slice(2000).join(""))])
      const got = yield* decode(yield* fileWith("o.jsonl.gz", packed))
      expect(got.map(({ text }) => `${text}\n`)).toEqual(lines)
      expect(got.at(-1)?.where).toBe(":3000")
      const [first] = yield* decode(yield* fileWith("t.gz", gzipSync(tdm)))
      expect(first && Result.isSuccess(first.decoded)).toBe(true)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("gzip that was cut off gives what was whole, then the error", () =>
    Effect.gen(function*() {
      const lines = Array.from({ length: 20_000 }, (_, index) => `${line(index)}\n`).join("")
      const path = yield* fileWith("cut.gz", gzipSync(lines).subarray(0, -5000))
      const source = yield* makeFileSource({ path })
      let count = 0
      const error = yield* Effect.flip(Stream.runForEachArray(source.records, (records) =>
        Effect.sync(() => {
          count += records.length
        })))
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThan(20_000)
      expect(error.message).toContain(`Cannot read ${path}: unexpected end of file`)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("a TDM in XML, by its content", () =>
    Effect.gen(function*() {
      const got = yield* decode(
        yield* fileWith(
          "in.xml",
          `<tdm id="CCSDS_TDM_VERS" version="2.0"><header/><body><segment><metadata>
<TIME_SYSTEM>UTC</TIME_SYSTEM><PARTICIPANT_1>RADAR-1</PARTICIPANT_1></metadata><data>
<observation><EPOCH>2026-01-02T00:00:00</EPOCH><RANGE>1234.5</RANGE></observation>
<observation><EPOCH>2026-01-02T00:00:01</EPOCH><RANGE>far</RANGE></observation></data></segment></body></tdm>
`
        )
      )
      expect(
        got.map((
          { decoded, where }
        ) => [where, Result.isSuccess(decoded) ? decoded.success.target : decoded.failure.message])
      )
        .toEqual([[":3", { _tag: "RangeRate", range: 1_234_500 }], [":4", "RANGE: \"far\" is not a number"]])
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("a TDM that was cut off: the last line is a dead letter that says so", () =>
    Effect.gen(function*() {
      const got = yield* decode(yield* fileWith("cut.tdm", tdm.slice(0, tdm.lastIndexOf("0.5"))))
      expect(got.map(({ decoded, where }) => [where, Result.isSuccess(decoded)])).toEqual([
        [":13", true],
        [":17", false],
        [":18", false],
        [":19", false]
      ])
      const last = got.at(-1)?.decoded
      expect(last && Result.isFailure(last) && last.failure.message).toContain("it was cut off")
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect.each<readonly [string, string]>([
    ["two-line elements", "IRIDIUM 33\n1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775\n"],
    ["OMM", "[{\"OBJECT_NAME\":\"X\",\"NORAD_CAT_ID\":1}]"],
    ["OMM", "CCSDS_OMM_VERS = 2.0\n"]
  ])("a catalogue of %s is refused in one line", ([kind, text]) =>
    Effect.gen(function*() {
      const path = yield* fileWith("catalogue", text)
      const source = yield* makeFileSource({ path })
      const error = yield* Effect.flip(Stream.runCollect(source.records))
      expect(error.message).toBe(
        `Cannot read ${path}: it looks like a catalogue of ${kind}, not observations (JSON lines, or a CCSDS TDM): is it `
          + "meant for --catalogue?"
      )
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("what cannot be read is a typed error with the file and the reason", () =>
    Effect.gen(function*() {
      const missing = yield* Effect.flip(makeFileSource({ path: "/nowhere/at/all.jsonl" }))
      expect(missing.reason).toBe("Unreadable")
      expect(missing.message).toMatch(/^Cannot read \/nowhere\/at\/all\.jsonl: ENOENT/)
      const directory = yield* Effect.flip(makeFileSource({ path: tmpdir() }))
      expect(directory.message).toBe(`Cannot read ${tmpdir()}: it is a directory`)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.effect("an empty file ends at once; stop ends a file early", () =>
    Effect.gen(function*() {
      const empty = yield* makeFileSource({ path: yield* fileWith("none.jsonl", "") })
      expect(yield* Stream.runCollect(empty.records)).toEqual([])
      const path = yield* fileWith("big.jsonl", Array.from({ length: 5000 }, (_, index) => `${line(index)}\n`).join(""))
      const source = yield* makeFileSource({ path })
      let count = 0
      yield* Stream.runForEachArray(source.records, (records) => {
        count += records.length
        return source.stop
      })
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThan(5000)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))
})
