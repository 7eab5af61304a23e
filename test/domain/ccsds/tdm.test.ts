import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { readTdm } from "../../../src/domain/ccsds/tdm.ts"
import { writeTdm } from "../../../src/domain/ccsds/writeTdm.ts"
import type { Observation, Target } from "../../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { sensorOf } from "../../../src/domain/observation/sensors/sensorRecord.ts"
import { makeRegistry } from "../../../src/domain/observation/sensors/SensorRegistry.ts"
import { sharedData } from "../../support/sharedData.ts"

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
  const typical = sharedData("ccsds/typical_radar_tdm.kvn")
  it.skipIf(typical === undefined)("the typical radar message of the shared data", () => {
    const { errors, observations } = read(readFileSync(typical ?? "", "utf8"))
    expect(errors).toEqual([])
    expect(observations.length).toBe(1)
    const observation = observations[0]?.observation
    expect(observation?.sourceId).toBe("RADAR-1")
    expect(observation?.sourceKind).toBe("radar")
    expect(observation?.sensorTimestamp).toBe(Date.UTC(2026, 0, 2))
    expect(observation?.ingestTimestamp).toBe(received)
    expect(observation?.objectHint).toBe("RADAR-1_20260102_000001")
    expect(observation?.target).toEqual({
      _tag: "RangeRate",
      range: 1_234_567,
      rangeRate: -3210,
      azimuth: 191.402 * degree,
      elevation: 25.441 * degree
    })
    expect(observations[0]?.line).toBe(18)
  })

  const minimal = sharedData("ccsds/minimal_tdm.kvn")
  it.skipIf(minimal === undefined)("the minimal message: a range in km", () => {
    const { observations } = read(readFileSync(minimal ?? "", "utf8"))
    expect(observations.map(({ observation }) => observation.target)).toEqual([{ _tag: "RangeRate", range: 1_234_567 }])
    expect(observations[0]?.observation.objectHint).toBeUndefined()
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
      [12, "\"2026-13-02T00:00:00\" is not an epoch", "RANGE = 2026-13-02T00:00:00 901"],
      [13, "\"nine\" is not a number", "RANGE = 2026-01-02T00:00:02 nine"],
      [14, "neither KEY = value nor a mark such as META_START", "what is this"],
      [15, "the keyword DOPPLER_COUNT is not supported", `DOPPLER_COUNT = ${at} 5`],
      [16, "RANGE of this epoch is already in line 11", `RANGE = ${at} 902`],
      [17, "RANGE is not followed by an epoch and one value", "RANGE = 2026-01-02T00:00:04"]
    ])
  })

  it("says what in a segment's metadata makes its records useless, and reads the next segment", () => {
    const reasons = (meta: ReadonlyArray<string>, data: ReadonlyArray<string> = [`RANGE = ${at} 900`]) =>
      read(message(meta, data)).errors.map(({ line, reason }) => `${line}: ${reason}`)
    expect(reasons(["TIME_SYSTEM = TAI", "PARTICIPANT_1 = RADAR-1"])).toEqual(["9: TIME_SYSTEM = TAI is not UTC"])
    expect(reasons(["PARTICIPANT_1 = RADAR-1"])).toEqual(["8: TIME_SYSTEM = (absent) is not UTC"])
    expect(reasons(["TIME_SYSTEM = UTC", "PARTICIPANT_1 = NOBODY"])).toEqual([
      "9: NOBODY is unregistered: the sensor registry does not know it"
    ])
    expect(reasons([...radarMeta, "RANGE_UNITS = RU"])[0]).toContain("RANGE_UNITS = RU cannot be converted")
    expect(reasons([...radarMeta, "ANGLE_TYPE = XEYN"], [`ANGLE_1 = ${at} 1`, `ANGLE_2 = ${at} 1`])[0]).toContain(
      "XEYN"
    )
    expect(reasons([...radarMeta, "ANGLE_TYPE = AZEL"], [`ANGLE_1 = ${at} 1`])[0]).toContain("do not come together")
    const bad = message(["TIME_SYSTEM = TAI"], [`RANGE = ${at} 1`])
    const good = message(radarMeta, [`RANGE = ${at} 900`]).split("\n").slice(3).join("\n")
    expect(read(bad + good).observations.length).toBe(1)
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
