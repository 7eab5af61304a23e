import { describe, expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import type { Oem } from "../../../../src/domain/ccsds/oem/oem.ts"
import { readOem } from "../../../../src/domain/ccsds/oem/readOem.ts"
import { formatOem } from "../../../../src/domain/ccsds/oem/writeOem.ts"
import { parse } from "../../../../src/domain/time/UtcTime.ts"
import { testData } from "../../../support/sharedData.ts"

const sample = readFileSync(testData("ccsds/ephemeris.oem"), "utf8")
const read = (text: string) => Result.getOrThrow(readOem(text, "f"))
const problems = (text: string) =>
  Result.getOrThrow(Result.flip(readOem(text, "f"))).problems.map(({ line, reason }) => [line, reason])
const at = (text: string) => sample.split("\n").findIndex((line) => line.startsWith(text)) + 1

const between = (limit: number) =>
  Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: -limit, maximum: limit })))
const vector = (limit: number) => Schema.Tuple([between(limit), between(limit), between(limit)])

describe("readOem", () => {
  it("reads metadata, states and covariances in SI units", () => {
    const { comments, creationDate, originator, segments: [segment, ...more] } = read(sample)
    expect(more).toEqual([])
    expect([comments, creationDate, originator]).toEqual([
      ["An invented circular orbit"],
      Date.UTC(2026, 2, 20, 13),
      "EXAMPLE"
    ])
    expect(segment).toMatchObject({
      comments: ["Epoch, km, km/s"],
      objectName: "SATELLITE A",
      objectId: "2020-901A",
      frame: "EME2000",
      start: parse("2026-03-20T12:00:00Z"),
      useableStart: parse("2026-03-20T12:01:00Z"),
      useableStop: parse("2026-03-20T12:02:00Z"),
      stop: parse("2026-03-20T12:03:00Z"),
      interpolation: "HERMITE",
      interpolationDegree: 7
    })
    expect(segment?.states).toHaveLength(4)
    expect(segment?.states[1]).toEqual({
      epoch: parse("2026-03-20T12:01:00Z"),
      position: [6_985_357.521, 452_525.012, 0],
      velocity: [-487.825625, 7530.264499, 0]
    })
    // The frame of the first holds for the second, which has none.
    expect(segment?.covariances.map(({ epoch, frame }) => [epoch, frame])).toEqual([
      [parse("2026-03-20T12:01:00Z"), "RTN"],
      [parse("2026-03-20T12:02:00Z"), "RTN"]
    ])
    const matrix = segment?.covariances[0]?.matrix ?? []
    expect([matrix[0], matrix[6], matrix[1], matrix[33], matrix[35]].map((value) => Number(value?.toPrecision(12))))
      .toEqual([330, 460, 460, 1.1e-4, 1.6e-4])
  })

  it("the XML form gives what the keyword form gives", () => {
    const [x, y, z, vx, vy, vz] = [6985.357521, 452.525012, 0, -0.487825625, 7.530264499, 0]
    const keys = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"]
    const rows = keys.flatMap((left, i) =>
      keys.slice(0, i + 1).map((right, j) => `<C${left}_${right}>${(i + 1) * 10 + j}</C${left}_${right}>`)
    )
    const xml = `<?xml version="1.0"?>
<oem id="CCSDS_OEM_VERS" version="2.0"><header><CREATION_DATE>2026-03-20T13:00:00</CREATION_DATE><ORIGINATOR>E</ORIGINATOR></header>
<body><segment><metadata><OBJECT_NAME>A</OBJECT_NAME><OBJECT_ID>2020-901A</OBJECT_ID><CENTER_NAME>Earth</CENTER_NAME><REF_FRAME>eme2000</REF_FRAME>
<TIME_SYSTEM>utc</TIME_SYSTEM><START_TIME>2026-03-20T12:01:00</START_TIME><STOP_TIME>2026-03-20T12:01:00</STOP_TIME></metadata>
<data><COMMENT>one</COMMENT><stateVector><EPOCH>2026-03-20T12:01:00</EPOCH><X units="km">${x}</X><Y>${y}</Y><Z>${z}</Z>
<X_DOT>${vx}</X_DOT><Y_DOT>${vy}</Y_DOT><Z_DOT units="km/s">${vz}</Z_DOT></stateVector>
<covarianceMatrix><EPOCH>2026-03-20T12:01:00</EPOCH><COV_REF_FRAME>TNW</COV_REF_FRAME>${
      rows.join("")
    }</covarianceMatrix></data></segment></body></oem>`
    const oem = read(xml)
    expect(oem.segments[0]?.states).toEqual(read(sample).segments[0]?.states.slice(1, 2))
    expect(oem.segments[0]?.comments).toEqual(["one"])
    expect(oem.segments[0]?.covariances[0]?.frame).toBe("TNW")
    expect(read(formatOem(oem))).toEqual(oem)
    expect(problems(xml.replace("<X units=\"km\">", "<X units=\"m\">"))).toEqual([[5, "X is in m, expected km"]])
    expect(problems(xml.replace("<Y>452.525012</Y>", ""))).toEqual([[5, "\"?\" is not a number"], [
      5,
      "the segment has no states"
    ]])
    expect(problems(xml.slice(0, xml.indexOf("</stateVector>")))[0]?.[1]).toContain("not well-formed XML")
  })

  it.each([
    ["nothing", () => "", 1, "expected CCSDS_OEM_VERS first"],
    ["another message", () => sample.replace("CCSDS_OEM_VERS", "CCSDS_OPM_VERS"), 1, "expected CCSDS_OEM_VERS first"],
    [
      "a keyword of the header",
      () => sample.replace("ORIGINATOR", "AUTHOR = X\nORIGINATOR"),
      4,
      "AUTHOR is not a keyword"
    ],
    [
      "a missing keyword",
      () => sample.replace("OBJECT_ID = 2020-901A\n", ""),
      at("META_START"),
      "OBJECT_ID is missing"
    ],
    [
      "a keyword of the metadata",
      () => sample.replace("OBJECT_ID", "OBJECT_NR = 1\nOBJECT_ID"),
      at("OBJECT_ID"),
      "OBJECT_NR is not a keyword"
    ],
    ["a frame", () => sample.replace("= EME2000", "= TOD"), at("REF_FRAME"), "REF_FRAME: \"TOD\" is not supported"],
    ["a time system", () => sample.replace("= UTC", "= TAI"), at("TIME_SYSTEM"), "TIME_SYSTEM: \"TAI\" is not UTC"],
    ["a centre", () => sample.replace("= EARTH", "= MARS"), at("CENTER_NAME"), "CENTER_NAME: \"MARS\" is not EARTH"],
    [
      "a time",
      () => sample.replace("STOP_TIME = 2026-03-20T12:03", "STOP_TIME = 2026-02-30T12:03"),
      at("STOP_TIME"),
      "STOP_TIME: \"2026-02-30"
    ],
    [
      "an epoch",
      () => sample.replace("\n2026-03-20T12:01", "\n2026-13-20T12:01"),
      at("2026-03-20T12:01"),
      "\"2026-13-20T12:01:00.000\" is not an epoch"
    ],
    ["a number", () => sample.replace("452.525012", "452,525"), at("2026-03-20T12:01"), "\"452,525\" is not a number"],
    [
      "too few numbers",
      () => sample.replace("452.525012 ", ""),
      at("2026-03-20T12:01"),
      "six or nine numbers behind its epoch, not 5"
    ],
    [
      "epochs that go back",
      () => sample.replace("\n2026-03-20T12:02", "\n2026-03-20T12:01"),
      at("2026-03-20T12:02"),
      "not after the one before"
    ],
    [
      "a state as a pair",
      () => sample.replace("\n2026-03-20T12:02", "\nX = 1\n2026-03-20T12:02"),
      at("2026-03-20T12:02"),
      "X: expected a mark"
    ],
    [
      "a mark out of place",
      () => sample.replace("META_STOP", "META_STOP\nMETA_STOP"),
      at("META_STOP") + 1,
      "META_STOP out of place"
    ],
    [
      "a row of a covariance",
      () => sample.replace("4.6e-04 6.7e-04", "4.6e-04"),
      at("4.6e-04"),
      "row 2 of a covariance has 1 numbers"
    ],
    ["a frame of a covariance", () => sample.replace("= RTN", "= XYZ"), at("COV_REF_FRAME"), "COV_REF_FRAME: \"XYZ\""],
    [
      "a cut in the states",
      () => sample.slice(0, sample.indexOf("\n2026-03-20T12:03")),
      at("2026-03-20T12:02"),
      "do not reach STOP_TIME: the message was cut off"
    ],
    [
      "a cut in the metadata",
      () => sample.slice(0, sample.indexOf("\nREF_FRAME")),
      at("CENTER_NAME"),
      "without META_STOP: it was cut off"
    ]
  ])("refuses with line and reason: %s", (_, text, line, reason) => {
    expect(problems(text())).toContainEqual([line, expect.stringContaining(reason)])
  })

  it.prop("what is written is read back", {
    states: Schema.Array(
      Schema.Struct({
        position: vector(5e7),
        velocity: vector(12_000),
        second: Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0.001, maximum: 1000 })))
      })
    ),
    numbers: Schema.Array(between(1e8))
  }, ({ numbers, states }) => {
    if (states.length === 0) return
    let epoch = Date.UTC(2026, 0, 1)
    const all = states.map(({ position, second, velocity }) => {
      epoch += Math.round(second * 1000)
      return { epoch, position, velocity }
    })
    const matrix = new Float64Array(36)
    for (let row = 0; row < 6; row++) {
      for (let column = 0; column <= row; column++) {
        matrix[6 * row + column] = matrix[6 * column + row] = numbers[row + column] ?? row - column
      }
    }
    const oem: Oem = {
      comments: ["first", "second"],
      creationDate: Date.UTC(2026, 5, 1),
      originator: "PERIGEE",
      segments: [{
        comments: [],
        objectName: "A",
        objectId: "1",
        frame: "GCRF",
        start: all[0]?.epoch ?? 0,
        stop: epoch,
        states: all,
        covariances: [{ epoch, frame: "GCRF", matrix }]
      }]
    }
    const text = formatOem(oem)
    const again = read(text)
    expect(formatOem(again)).toBe(text)
    for (const [index, state] of (again.segments[0]?.states ?? []).entries()) {
      expect(state.epoch).toBe(all[index]?.epoch)
      for (let i = 0; i < 3; i++) {
        expect(Math.abs((state.position[i] ?? 0) - (all[index]?.position[i] ?? 0))).toBeLessThan(1e-6)
        expect(Math.abs((state.velocity[i] ?? 0) - (all[index]?.velocity[i] ?? 0))).toBeLessThan(1e-9)
      }
    }
  })
})
