import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { readTdm } from "../../../../src/domain/ccsds/tdm/tdm.ts"
import { tdmLineReason, tdmRecords } from "../../../../src/domain/ccsds/tdm/tdmRecords.ts"
import { writeTdm } from "../../../../src/domain/ccsds/tdm/writeTdm.ts"
import type { Observation, Target } from "../../../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../../../src/domain/observation/observationId.ts"
import { sensorOf } from "../../../../src/domain/observation/sensors/sensorRecord.ts"
import { makeRegistry } from "../../../../src/domain/observation/sensors/SensorRegistry.ts"
import { testData } from "../../../support/sharedData.ts"

const degree = Math.PI / 180
const site = { latitudeDegrees: 10, longitudeDegrees: 20, heightMetres: 0 }
const registry = makeRegistry([
  sensorOf({ sourceId: "RADAR-1", kind: "radar", site }),
  sensorOf({ sourceId: "DOME", kind: "optical", site, angleFrame: "TEME" })
])
const received = Date.UTC(2026, 0, 3)
const read = (text: string) => readTdm(text, registry, received)

const message = (meta: ReadonlyArray<string>, data: ReadonlyArray<string>): string =>
  [
    "CCSDS_TDM_VERS = 2.0",
    "CREATION_DATE = 2026-01-02T03:04:05.000",
    "ORIGINATOR = X",
    "META_START",
    ...meta,
    "META_STOP",
    "DATA_START",
    ...data,
    "DATA_STOP",
    ""
  ].join("\n")
const radarMeta = ["TIME_SYSTEM = UTC", "PARTICIPANT_1 = RADAR-1", "PARTICIPANT_2 = 2020-001A", "PATH = 1,2,1"]
const at = "2026-01-02T00:00:00.123456"

describe("readTdm", () => {
  it("a radar's pass, tagged at receipt; weather beside it is passed over", () => {
    const { errors, observations } = read(readFileSync(testData("ccsds/radar.tdm"), "utf8"))
    expect(errors).toEqual([])
    const lightTime = (metres: number) => metres / 299_792_458 * 1000
    const start = Date.UTC(2026, 2, 20, 12)
    expect(observations.map(({ observation }) => observation.sensorTimestamp)).toEqual([
      start - lightTime(1_234_567),
      start + 10_000 - lightTime(1_203_125),
      start + 20_000 - lightTime(1_173_500)
    ])
    const [first, , third] = observations
    expect(first?.line).toBe(24)
    expect(first?.observation).toMatchObject({
      sourceId: "RADAR-1",
      sourceKind: "radar",
      ingestTimestamp: received,
      objectHint: "NORTH-1_20260320_1",
      target: {
        _tag: "RangeRate",
        range: 1_234_567,
        rangeRate: -3210,
        azimuth: 191.402 * degree,
        elevation: 25.441 * degree
      }
    })
    expect(third?.observation.target).toEqual({ _tag: "RangeRate", range: 1_173_500 })
  })

  it("groups what is of one epoch, in any order of lines", () => {
    const { errors, observations } = read(message([...radarMeta, "ANGLE_TYPE = AZEL"], [
      "RANGE = 2026-01-02T00:00:01 1000",
      "RANGE = 2026-01-02T00:00:00 1001.5",
      "COMMENT angles follow",
      "ANGLE_1 = 2026-01-02T00:00:00 -10",
      "ANGLE_2 = 2026-01-02T00:00:00 45",
      "DOPPLER_INSTANTANEOUS = 2026-002T00:00:01 1.5"
    ]))
    expect(errors).toEqual([])
    expect(observations.map(({ observation }) => [observation.sensorTimestamp, observation.target])).toEqual([
      [Date.UTC(2026, 0, 2, 0, 0, 1), { _tag: "RangeRate", range: 1_000_000, rangeRate: 1500 }],
      [
        Date.UTC(2026, 0, 2),
        { _tag: "RangeRate", range: 1_001_500, azimuth: 350 * degree, elevation: 45 * degree }
      ]
    ])
    expect(observations[0]?.observation.objectHint).toBe("2020-001A")
  })

  it("reads seconds as light time along the path", () => {
    const meta = [...radarMeta, "RANGE_UNITS = s"]
    const twoWay = read(message(meta, [`RANGE = ${at} 0.01`])).observations[0]?.observation.target
    expect(twoWay).toEqual({ _tag: "RangeRate", range: 0.01 * 299_792_458 / 2 })
    const oneWay = read(message([...meta.filter((line) => !line.startsWith("PATH")), "PATH = 2,1"], [
      `RANGE = ${at} 0.01`
    ])).observations[0]?.observation.target
    expect(oneWay).toEqual({ _tag: "RangeRate", range: 0.01 * 299_792_458 })
  })

  it("right ascension and declination, in the stated frame or else the sensor's", () => {
    const meta = [
      "TIME_SYSTEM = UTC",
      "PARTICIPANT_1 = UNKNOWN",
      "PARTICIPANT_2 = DOME",
      "PATH = 1,2",
      "ANGLE_TYPE = RADEC"
    ]
    const data = [`ANGLE_1 = ${at} 120.5`, `ANGLE_2 = ${at} -20.25`]
    const of = (extra: ReadonlyArray<string>) => read(message([...meta, ...extra], data)).observations[0]?.observation
    expect(of([])?.sourceId).toBe("DOME")
    expect(of([])?.target).toEqual({
      _tag: "Angular",
      rightAscension: 120.5 * degree,
      declination: -20.25 * degree,
      frame: "TEME"
    })
    expect(of(["REFERENCE_FRAME = EME2000"])?.target).toMatchObject({ frame: "EME2000" })
    expect(of(["REFERENCE_FRAME = ICRF"])?.target).toMatchObject({ frame: "GCRF" })
  })

  it("a range beside a right ascension is an observation of its own, with an id of its own", () => {
    const { errors, observations } = read(
      message([...radarMeta, "ANGLE_TYPE = RADEC"], [`RANGE = ${at} 900`, `ANGLE_1 = ${at} 10`, `ANGLE_2 = ${at} 20`])
    )
    expect(errors).toEqual([])
    expect(observations.map(({ observation }) => observation.target._tag)).toEqual(["RangeRate", "Angular"])
    expect(new Set(observations.map(({ observation }) => observation.observationId)).size).toBe(2)
  })

  it("adds corrections that have not been applied", () => {
    const meta = [...radarMeta, "CORRECTION_RANGE = -0.5", "CORRECTIONS_APPLIED = NO"]
    expect(read(message(meta, [`RANGE = ${at} 900`])).observations[0]?.observation.target).toMatchObject({
      range: 899_500
    })
    const applied = message([...meta.slice(0, -1), "CORRECTIONS_APPLIED = YES"], [`RANGE = ${at} 900`])
    expect(read(applied).observations[0]?.observation.target).toMatchObject({ range: 900_000 })
  })

  it("lists what cannot be read with line, reason and raw line, and reads the rest", () => {
    const { errors, observations } = read(message(radarMeta, [
      `RANGE = ${at} 900`,
      `RANGE = 2026-13-02T00:00:00 901`,
      "RANGE = 2026-01-02T00:00:02 nine",
      "what is this",
      `DOPPLER_COUNT = ${at} 5`,
      `RANGE = ${at} 902`,
      "RANGE = 2026-01-02T00:00:04",
      `RCS = ${at} 2.5`,
      "RANGE = 2026-01-02T00:00:05 905"
    ]))
    expect(observations.map(({ line }) => line)).toEqual([11, 19])
    expect(errors.map(({ line, raw, reason }) => [line, reason, raw])).toEqual([
      [12, "RANGE: \"2026-13-02T00:00:00\" is not an epoch", "RANGE = 2026-13-02T00:00:00 901"],
      [13, "RANGE: \"nine\" is not a number", "RANGE = 2026-01-02T00:00:02 nine"],
      [14, "neither KEY = value nor a mark such as META_START", "what is this"],
      [15, "the keyword DOPPLER_COUNT is not supported", `DOPPLER_COUNT = ${at} 5`],
      [16, "RANGE of this epoch is already in line 11", `RANGE = ${at} 902`],
      [17, "RANGE is not followed by an epoch and one value", "RANGE = 2026-01-02T00:00:04"]
    ])
  })

  it("says what in a segment's metadata makes its records useless, and reads the next segment", () => {
    const reasons = (meta: ReadonlyArray<string>, data: ReadonlyArray<string> = [`RANGE = ${at} 900`]) =>
      read(message(meta, data)).errors.map(({ line, reason }) => `${line}: ${reason}`)
    expect(reasons(["TIME_SYSTEM = TAI", "PARTICIPANT_1 = RADAR-1"])).toEqual(["5: TIME_SYSTEM = TAI is not UTC"])
    expect(reasons(["PARTICIPANT_1 = RADAR-1"])).toEqual(["4: TIME_SYSTEM is missing"])
    expect(reasons(["TIME_SYSTEM = UTC", "PARTICIPANT_1 = NOBODY"])).toEqual([
      "6: NOBODY is unregistered: the sensor registry does not know it"
    ])
    expect(reasons([...radarMeta, "RANGE_UNITS = RU"])[0]).toContain("RANGE_UNITS = RU cannot be converted")
    expect(reasons([...radarMeta, "ANGLE_TYPE = XEYN"], [`ANGLE_1 = ${at} 1`, `ANGLE_2 = ${at} 1`])[0]).toContain(
      "XEYN"
    )
    expect(reasons([...radarMeta, "ANGLE_TYPE = AZEL"], [`ANGLE_1 = ${at} 1`])[0]).toContain("do not come together")
    const bad = message(["TIME_SYSTEM = TAI", "PARTICIPANT_1 = RADAR-1"], [`RANGE = ${at} 1`])
    const good = message(radarMeta, [`RANGE = ${at} 900`]).split("\n").slice(3).join("\n")
    expect(read(bad + good).observations.length).toBe(1)
  })

  it("values of the standard's own lists in lower case", () => {
    const meta = [
      "TIME_SYSTEM = utc",
      "PARTICIPANT_1 = RADAR-1",
      "MODE = sequential",
      "ANGLE_TYPE = azel",
      "RANGE_UNITS = KM",
      "CORRECTION_RANGE = 1",
      "CORRECTIONS_APPLIED = no"
    ]
    const { errors, observations } = read(message(meta, [`RANGE = ${at} 1`, `ANGLE_1 = ${at} 1`, `ANGLE_2 = ${at} 1`]))
    expect(errors).toEqual([])
    expect(observations[0]?.observation.target).toMatchObject({ range: 2000, azimuth: degree })
    const radec = [...radarMeta, "ANGLE_TYPE = radec", "REFERENCE_FRAME = icrf"]
    expect(read(message(radec, [`ANGLE_1 = ${at} 1`, `ANGLE_2 = ${at} 1`])).observations[0]?.observation.target)
      .toMatchObject({ _tag: "Angular", frame: "GCRF" })
  })

  it("an ambiguous range is refused by itself: the angles beside it are read", () => {
    const meta = [...radarMeta, "RANGE_UNITS = km", "RANGE_MODULUS = 300.0", "ANGLE_TYPE = AZEL"]
    const { errors, observations } = read(message(meta, [
      `RANGE = ${at} 212.5`,
      `ANGLE_1 = ${at} 10`,
      `ANGLE_2 = ${at} 20`
    ]))
    expect(observations.map(({ observation }) => observation.target._tag)).toEqual(["AzimuthElevation"])
    expect(errors.map(({ line, reason }) => [line, reason])).toEqual([
      [14, "RANGE_MODULUS = 300.0: the range is known only up to a multiple of it"]
    ])
    // No range of a satellite is as long as that.
    for (const modulus of ["0.0", "2.0e+23"]) {
      const read_ = read(message([...radarMeta, `RANGE_MODULUS = ${modulus}`], [`RANGE = ${at} 212.5`]))
      expect(read_.observations[0]?.observation.target).toEqual({ _tag: "RangeRate", range: 212_500 })
    }
  })

  it("a message that was cut off is told, and its last line is not trusted", () => {
    const whole = message(radarMeta, ["RANGE = 2026-03-20T12:00:00 812.5", "RANGE = 2026-03-20T12:00:01 809.25"])
    const cut = (until: string) => whole.slice(0, whole.indexOf(until))
    for (const text of [cut("9.25"), cut("-03-20T12:00:01"), cut("DATA_STOP")]) {
      const { errors, observations } = read(text)
      expect(observations.map(({ observation }) => observation.target)).toEqual([{ _tag: "RangeRate", range: 812_500 }])
      expect(errors.map(({ line, reason }) => [line, reason])).toEqual([
        [12, expect.stringContaining("the message ends here without DATA_STOP")]
      ])
      const records = tdmRecords(text).map((
        record
      ) => [record.line, record.malformed, readTdm(record.text, registry, 0)])
      expect(records).toMatchObject([
        [11, false, { errors: [], observations: [{}] }],
        [12, true, { errors: [{ reason: expect.stringContaining("without DATA_STOP") }], observations: [] }]
      ])
    }
    expect(read(cut("PARTICIPANT_2")).errors).toMatchObject([{ line: 6, reason: expect.stringContaining("DATA_STOP") }])
  })

  it("brings a time tag to the target by the light time of the range beside it", () => {
    const times = (
      meta: ReadonlyArray<string>,
      data: ReadonlyArray<string> = ["RANGE = 2026-01-02T00:00:00 299.792458"]
    ) => {
      const { errors, observations } = read(message(meta, data))
      return [
        ...observations.map(({ observation }) => observation.sensorTimestamp - Date.UTC(2026, 0, 2)),
        ...errors.map(({ reason }) => reason)
      ]
    }
    expect(times(radarMeta)).toEqual([0])
    expect(times([...radarMeta, "TIMETAG_REF = RECEIVE"])).toEqual([-1])
    expect(times([...radarMeta, "TIMETAG_REF = transmit"])).toEqual([1])
    const oneWay = [...radarMeta.slice(0, 3), "PATH = 2,1"]
    expect(times([...oneWay, "TIMETAG_REF = RECEIVE"])).toEqual([-1])
    expect(times([...oneWay, "TIMETAG_REF = TRANSMIT"])).toEqual([0])
    expect(times([...radarMeta, "TIMETAG_REF = RECEIVE"], ["DOPPLER_INSTANTANEOUS = 2026-01-02T00:00:00 1"])).toEqual([
      "TIMETAG_REF = RECEIVE: without a RANGE of this epoch the light time is not known"
    ])
    // A telescope's directions are predicted one light time earlier: the time of receipt is what is wanted.
    const dome = ["TIME_SYSTEM = UTC", "PARTICIPANT_1 = DOME", "PARTICIPANT_2 = X", "PATH = 2,1", "ANGLE_TYPE = RADEC"]
    const direction = ["ANGLE_1 = 2026-01-02T00:00:00 1", "ANGLE_2 = 2026-01-02T00:00:00 1"]
    expect(times([...dome, "TIMETAG_REF = RECEIVE"], direction)).toEqual([0])
    expect(times([...dome, "TIMETAG_REF = TRANSMIT"], direction)).toEqual([expect.stringContaining("TIMETAG_REF")])
  })

  it("a mean range rate is that of the middle of its interval, and an observation of its own", () => {
    const meta = (...more: ReadonlyArray<string>) => [...radarMeta, ...more]
    const data = ["DOPPLER_INTEGRATED = 2026-01-02T00:00:10 -1.5", "RANGE = 2026-01-02T00:00:10 900"]
    const of = (...more: ReadonlyArray<string>) => {
      const { errors, observations } = read(message(meta(...more), data))
      return [
        ...observations.map((
          { observation: { sensorTimestamp, target } }
        ) => [sensorTimestamp - Date.UTC(2026, 0, 2), target]),
        ...errors.map(({ reason }) => reason)
      ]
    }
    const range = [10_000, { _tag: "RangeRate", range: 900_000 }]
    const rate = { _tag: "RangeRate", rangeRate: -1500 }
    const interval = "INTEGRATION_INTERVAL = 0.5"
    expect(of(interval, "INTEGRATION_REF = END")).toEqual([[9750, rate], range])
    expect(of(interval, "INTEGRATION_REF = start")).toEqual([[10_250, rate], range])
    expect(of(interval, "INTEGRATION_REF = MIDDLE")).toEqual([[10_000, rate], range])
    expect(of("INTEGRATION_INTERVAL = 60", "INTEGRATION_REF = END")).toEqual([range, expect.stringContaining("60 s")])
    expect(of(interval)).toEqual([range, expect.stringContaining("DOPPLER_INTEGRATED without INTEGRATION_REF")])
    expect(of()).toEqual([range, expect.stringContaining("DOPPLER_INTEGRATED without INTEGRATION_INTERVAL")])
    expect(of(interval, "INTEGRATION_REF = END", "CORRECTION_DOPPLER = 0.25", "CORRECTIONS_APPLIED = NO")[0])
      .toEqual([9750, { _tag: "RangeRate", rangeRate: -1250 }])
  })

  it("an object that nobody has a name for is no hint", () => {
    const meta = ["TIME_SYSTEM = UTC", "PARTICIPANT_1 = RADAR-1", "PARTICIPANT_2 = UNKNOWN", "PATH = 1,2,1"]
    expect(read(message(meta, [`RANGE = ${at} 900`])).observations[0]?.observation.objectHint).toBeUndefined()
  })

  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<tdm id="CCSDS_TDM_VERS" version="2.0">
  <header><CREATION_DATE>2026-01-02T03:04:05</CREATION_DATE><ORIGINATOR>X</ORIGINATOR></header>
  <body><segment>
    <metadata>
      <TIME_SYSTEM>UTC</TIME_SYSTEM>
      <PARTICIPANT_1>RADAR-1</PARTICIPANT_1>
      <PARTICIPANT_2>2020-001A</PARTICIPANT_2>
      <PATH>1,2,1</PATH>
      <ANGLE_TYPE>AZEL</ANGLE_TYPE>
    </metadata>
    <data>
      <COMMENT>three</COMMENT>
      <observation><EPOCH>${at}</EPOCH><RANGE>900</RANGE></observation>
      <observation><EPOCH>${at}</EPOCH><ANGLE_1 units="deg">10</ANGLE_1></observation>
      <observation><EPOCH>${at}</EPOCH><ANGLE_2>20</ANGLE_2></observation>
      <observation><EPOCH>soon</EPOCH><RANGE>901</RANGE></observation>
      <observation><EPOCH>2026-01-02T00:00:01</EPOCH><RANGE>902</RANGE></observation>
    </data>
  </segment></body>
</tdm>
`

  it("the XML form gives what the keyword form gives, the ids too", () => {
    const { errors, observations } = read(xml)
    expect(errors.map(({ line, reason }) => [line, reason])).toEqual([[17, "RANGE: \"soon\" is not an epoch"]])
    const kvn = read(message([...radarMeta, "ANGLE_TYPE = AZEL"], [
      `RANGE = ${at} 900`,
      `ANGLE_1 = ${at} 10 [deg]`,
      `ANGLE_2 = ${at} 20`,
      "RANGE = 2026-01-02T00:00:01 902"
    ]))
    expect(observations.map(({ observation }) => observation)).toEqual(
      kvn.observations.map(({ observation }) => observation)
    )
    const records = tdmRecords(xml)
    expect(records.map(({ line, malformed }) => [line, malformed])).toEqual([[14, false], [17, true], [18, false]])
    for (const { malformed, text } of records) {
      if (malformed) expect(tdmLineReason(text)).toBe("RANGE: \"soon\" is not an epoch")
      else expect(read(text).errors).toEqual([])
    }
  })

  it("XML that was cut off is told where it ends, and what was whole before it is read", () => {
    const cut = xml.slice(0, xml.indexOf("902</RANGE>") + 2)
    const { errors, observations } = read(cut)
    expect(observations.map(({ line }) => line)).toEqual([14])
    expect(errors.map(({ line }) => line)).toEqual([17, 18])
    expect(errors[1]?.reason).toContain("not well-formed XML")
    expect(tdmRecords(cut).map(({ malformed }) => malformed)).toEqual([false, true, true])
    expect(read("<tdm").observations).toEqual([])
    expect(read("<html></html>").errors.map(({ reason }) => reason)).toEqual(["not a TDM: CCSDS_TDM_VERS is absent"])
  })

  it("two messages in one file", () => {
    const one = message(radarMeta, [`RANGE = ${at} 900`])
    const { errors, observations } = read(one + one.replace(" 900", " 901"))
    expect(errors).toEqual([])
    expect(observations.map(({ line }) => line)).toEqual([11, 23])
  })

  it.each([
    ["metadata keyword", ["RANGE_UNIT = km"], [], 9, "RANGE_UNIT is not a keyword"],
    ["metadata keyword twice", ["PATH = 1,2"], [], 9, "PATH is given twice, first in line 8"],
    ["metadata number", ["RANGE_MODULUS = many"], [], 9, "RANGE_MODULUS: \"many\" is not a number"],
    ["metadata value of a list", ["TIMETAG_REF = SENT"], [], 9, "TIMETAG_REF: \"SENT\" is not one of"],
    ["metadata time", ["START_TIME = 2025-366T00:00:00"], [], 9, "START_TIME: \"2025-366T00:00:00\" is not a time"],
    ["metadata without a value", ["TRACK_ID ="], [], 9, "TRACK_ID has no value"],
    ["differenced data", ["MODE = SINGLE_DIFF"], [], 9, "MODE = SINGLE_DIFF: differenced data"],
    ["a delay", ["RECEIVE_DELAY_1 = 0.5"], [], 9, "RECEIVE_DELAY_1 = 0.5"],
    [
      "a correction that may be in or out",
      ["CORRECTION_RANGE = 1"],
      [],
      9,
      "CORRECTION_RANGE without CORRECTIONS_APPLIED"
    ],
    ["an interval of none", ["INTEGRATION_INTERVAL = 0"], [], 9, "INTEGRATION_INTERVAL = 0 is not above 0"],
    ["a unit of range", ["RANGE_UNITS = RU"], [], 12, "RANGE_UNITS = RU cannot be converted"],
    ["a keyword of the data", [], [`RANGE_RATE = ${at} 1`], 11, "the keyword RANGE_RATE is not supported"],
    ["an epoch", [], ["RANGE = 2026-02-30T00:00:00 900"], 11, "RANGE: \"2026-02-30T00:00:00\" is not an epoch"],
    ["a number", [], [`RANGE = ${at} 9OO`], 11, "RANGE: \"9OO\" is not a number"],
    ["an infinite number", [], [`RANGE = ${at} 1e999`], 11, "RANGE: \"1e999\" is not a number"],
    ["an ancillary number", [], [`RECEIVE_FREQ_2 = ${at} loud`], 11, "RECEIVE_FREQ_2: \"loud\" is not a number"],
    ["a unit", [], [`ANGLE_1 = ${at} 1 [rad]`], 11, "ANGLE_1 is in rad, expected deg"],
    ["a unit that is not the declared one", [], [`RANGE = ${at} 1 [s]`], 11, "RANGE is in s, but RANGE_UNITS = km"],
    ["a second value", [], [`RANGE = ${at} 1`, `RANGE = ${at} 2`], 12, "RANGE of this epoch is already in line 11"],
    [
      "half of two angles",
      ["ANGLE_TYPE = AZEL"],
      [`ANGLE_2 = ${at} 1`],
      12,
      "ANGLE_1 and ANGLE_2 do not come together"
    ],
    ["an angle type", ["ANGLE_TYPE = XEYN"], [`ANGLE_1 = ${at} 1`, `ANGLE_2 = ${at} 1`], 12, "ANGLE_TYPE = XEYN"],
    ["a mark", [], ["META_STOP"], 11, "META_STOP out of place"],
    ["no measurement at all", [], [`RECEIVE_FREQ_2 = ${at} 7e9`], 4, "the message measures nothing"]
  ])("refuses with line and reason: %s", (_, meta, data, line, reason) => {
    const given = data.length === 0 ? [`RANGE = ${at} 900`] : data
    const { errors } = read(message([...radarMeta, ...meta], given))
    expect(errors.map((error) => [error.line, error.reason])).toEqual([[line, expect.stringContaining(reason)]])
    // And so does every record of it, by itself.
    const reasons = tdmRecords(message([...radarMeta, ...meta], given)).flatMap(({ text }) =>
      text.includes("\n") ? read(text).errors.map((error) => error.reason) : [tdmLineReason(text)]
    )
    expect(reasons.length).toBeGreaterThan(0)
    for (const each of reasons) expect(each.replace(/line \d+/, "")).toContain(reason.replace(/line \d+/, ""))
  })

  it.each([
    ["a relay there and back", "PATH = 1,2,3,2,1"],
    ["a third that receives", "PATH = 1,2,3"],
    ["itself", "PATH = 1,1"]
  ])("no one-way radar range comes of a path over %s", (_, path) => {
    const meta = [...radarMeta.slice(0, 3), "PARTICIPANT_3 = RELAY", path]
    const data = [`RANGE = ${at} 80452`, `DOPPLER_INSTANTANEOUS = ${at} 1`]
    const { errors, observations } = read(message(meta, data))
    expect(observations).toEqual([])
    expect(errors.map(({ line, reason }) => [line, reason])).toEqual([
      [12, expect.stringContaining(path)],
      [13, expect.stringContaining(path)]
    ])
    expect(read(message([...radarMeta.slice(0, 3), "PATH = 1,4,1"], data)).errors[0]?.reason)
      .toBe("PATH = 1,4,1 is not a path between the participants")
  })

  it("time systems that differ between segments: only what is UTC is read, and the other is told", () => {
    const other = message(["TIME_SYSTEM = TCG", ...radarMeta.slice(1)], [`RECEIVE_FREQ_2 = ${at} 7e9`])
    const { errors, observations } = read(
      message(radarMeta, [`RANGE = ${at} 900`]) + other.split("\n").slice(3).join("\n")
    )
    expect(observations).toHaveLength(1)
    expect(errors.map(({ line, reason }) => [line, reason])).toEqual([[14, "TIME_SYSTEM = TCG is not UTC"]])
  })

  it("what is no TDM is one error", () => {
    expect(read("{}").errors).toEqual([
      { line: 1, raw: "{}", reason: "not a TDM: CCSDS_TDM_VERS is absent" }
    ])
    expect(read("CCSDS_TDM_VERS = 2.0\n").errors.map(({ reason }) => reason)).toEqual(["no segment in the message"])
  })

  it("a record's own message reads to the same observation", () => {
    const { errors, observations } = read(message([...radarMeta, "START_TIME = 2026-01-02T00:00:00"], [
      `RANGE = ${at} 900`,
      "RANGE = 2026-01-02T00:00:01 x",
      `DOPPLER_INSTANTANEOUS = ${at} 1`
    ]))
    for (const { message, observation } of observations) {
      expect(read(message).observations.map((again) => again.observation)).toEqual([observation])
      expect(observation.observationId).toBe(observationIdOf("RADAR-1", Buffer.from(message)))
    }
    expect([observations.length, errors.length]).toEqual([1, 1])
  })
})

const between = (minimum: number, maximum: number) =>
  Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))
const angle = between(0, 6.28)
const Written = Schema.Struct({
  time: between(Date.UTC(2000, 0, 1), Date.UTC(2050, 0, 1)),
  range: between(1e5, 5e7),
  rate: between(-9000, 9000),
  first: angle,
  second: between(-1.57, 1.57),
  kind: Schema.Literals(["radar", "range", "angular", "azel"]),
  hint: Schema.Literals(["A-1", "B-2"])
})

const targetOf = (written: typeof Written.Type): Target => {
  switch (written.kind) {
    case "radar":
      return {
        _tag: "RangeRate",
        range: written.range,
        rangeRate: written.rate,
        azimuth: written.first,
        elevation: written.second
      }
    case "range":
      return { _tag: "RangeRate", range: written.range }
    case "azel":
      return { _tag: "AzimuthElevation", azimuth: written.first, elevation: written.second }
    case "angular":
      return { _tag: "Angular", rightAscension: written.first, declination: written.second, frame: "EME2000" }
  }
}

const numbersOf = (target: Target): ReadonlyArray<number> =>
  Object.values(target).filter((value): value is number => typeof value === "number")

describe("writeTdm", () => {
  const header = { creationDate: received, originator: "PERIGEE" }

  it.prop("what is written is read back", [Schema.Array(Written)], ([list]) => {
    const observations = list.map((written, index): Observation => ({
      observationId: observationIdOf("test", Buffer.from(String(index))),
      sourceId: "RADAR-1",
      sourceKind: "radar",
      // Whole milliseconds apart, so that no two records share an epoch.
      sensorTimestamp: Math.round(written.time) + index,
      ingestTimestamp: received,
      target: targetOf(written),
      uncertainty: {},
      objectHint: written.hint
    }))
    const epochs = new Set(observations.map(({ sensorTimestamp }) => sensorTimestamp))
    if (epochs.size < observations.length || observations.length === 0) return
    const { text, unwritable } = writeTdm(observations, header)
    expect(unwritable).toEqual([])
    const reading = read(text)
    expect(reading.errors).toEqual([])
    expect(reading.observations.length).toBe(observations.length)
    for (const [index, { observation }] of reading.observations.entries()) {
      const original = observations[index]
      expect(observation.sensorTimestamp).toBe(original?.sensorTimestamp)
      expect(observation.objectHint).toBe(original?.objectHint)
      expect(observation.target._tag).toBe(original?.target._tag)
      const [there, back] = [original === undefined ? [] : numbersOf(original.target), numbersOf(observation.target)]
      expect(back.length).toBe(there.length)
      for (const [place, value] of back.entries()) {
        expect(Math.abs(value - (there[place] ?? Number.NaN))).toBeLessThan(1e-7)
      }
    }
  })

  it("200 observations of one sensor at one epoch, without hints, are 200", () => {
    const observations = Array.from({ length: 200 }, (_, index): Observation => ({
      observationId: observationIdOf("test", Buffer.from(String(index))),
      sourceId: "RADAR-1",
      sourceKind: "radar",
      sensorTimestamp: Date.UTC(2026, 0, 2),
      ingestTimestamp: received,
      target: index % 3 === 0
        ? { _tag: "RangeRate", range: 1e6 + index }
        : { _tag: "RangeRate", range: 1e6 + index, azimuth: 1, elevation: 0.5 },
      uncertainty: {}
    }))
    const { text } = writeTdm(observations, header)
    const { errors, observations: again } = read(text)
    expect(errors).toEqual([])
    expect(again.map(({ observation }) => "range" in observation.target && observation.target.range)).toEqual(
      observations.map((_, index) => 1e6 + index)
    )
    expect(tdmRecords(text)).toHaveLength(200)
  })

  it("names what it cannot write", () => {
    const state: Observation = {
      observationId: observationIdOf("test", Buffer.from("s")),
      sourceId: "RADAR-1",
      sourceKind: "isl",
      sensorTimestamp: received,
      ingestTimestamp: received,
      target: { _tag: "StateVector", position: [1, 2, 3], frame: "TEME" },
      uncertainty: {}
    }
    expect(writeTdm([state], header).unwritable).toEqual([state])
  })
})
