import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  decodeRadarFrame,
  encodeRadarFrame,
  type RadarFrame,
  radarFrameLength
} from "../../../../src/domain/observation/formats/radarFrame.ts"
import { format, parse } from "../../../../src/domain/time/UtcTime.ts"

const u32 = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff })))
const micros = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 4_102_444_800_000_000 })))

const Fields = Schema.Struct({
  arrayId: u32,
  trackId: u32,
  micros,
  range: Schema.Finite,
  rangeRate: Schema.Finite,
  azimuth: Schema.Finite,
  elevation: Schema.Finite,
  sequence: u32,
  flags: u32
})

const frameOf = ({ micros, ...fields }: typeof Fields.Type): RadarFrame => ({
  ...fields,
  sensorTime: micros / 1000,
  sigmaRange: 25,
  sigmaRangeRate: 0.5
})

describe("radarFrame", () => {
  it.prop("reads back what it wrote, to the bit", [Fields], ([fields]) => {
    const frame = frameOf(fields)
    const decoded = decodeRadarFrame(encodeRadarFrame(frame))
    expect(decoded).toEqual(frame)
    expect(Math.round((decoded?.sensorTime ?? 0) * 1000)).toBe(fields.micros)
  })

  it.prop("garbage of 64 bytes never throws, any other length is rejected", [Schema.Uint8Array], ([bytes]) => {
    expect(decodeRadarFrame(bytes) !== undefined).toBe(bytes.length === radarFrameLength)
    const exact = new Uint8Array(radarFrameLength)
    exact.set(bytes.subarray(0, radarFrameLength))
    expect(decodeRadarFrame(exact)).toBeDefined()
  })

  it("rejects every length but 64", () => {
    for (let length = 0; length <= 200; length++) {
      expect(decodeRadarFrame(new Uint8Array(length)) === undefined).toBe(length !== 64)
    }
  })

  it("has the published layout", () => {
    const bytes = encodeRadarFrame({
      arrayId: 1,
      trackId: 2,
      sensorTime: parse("2009-02-10T16:55:59.796001Z") ?? Number.NaN,
      range: 1,
      rangeRate: -2,
      azimuth: 0.5,
      elevation: 0.25,
      sigmaRange: 25,
      sigmaRangeRate: 0.5,
      sequence: 7,
      flags: 4
    })
    const view = new DataView(bytes.buffer)
    expect(bytes.length).toBe(64)
    expect(view.getUint32(0, true)).toBe(1)
    expect(view.getUint32(4, true)).toBe(2)
    // The time's double is within 0.12 µs of the microsecond that was asked for.
    expect(Math.abs(Number(view.getBigUint64(8, true) - 1_234_284_959_796_001_000n))).toBeLessThan(125)
    expect([16, 24, 32, 40].map((offset) => view.getFloat64(offset, true))).toEqual([1, -2, 0.5, 0.25])
    expect([48, 52].map((offset) => view.getFloat32(offset, true))).toEqual([25, 0.5])
    expect([56, 60].map((offset) => view.getUint32(offset, true))).toEqual([7, 4])
  })

  it("keeps the microsecond of nanosecond times, whatever the last three digits", () => {
    const bytes = new Uint8Array(64)
    const view = new DataView(bytes.buffer)
    for (const nanos of [0n, 1_234_284_959_796_001_499n, 4_102_444_799_999_999_000n, 1_767_225_600_000_001_000n]) {
      view.setBigUint64(8, nanos, true)
      const time = decodeRadarFrame(bytes)?.sensorTime ?? Number.NaN
      const iso = new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19)
      const fraction = String((nanos / 1000n) % 1_000_000n).padStart(6, "0")
      expect(format(time)).toBe(`${iso}.${fraction}Z`)
    }
  })

  it("reads a frame inside a larger buffer", () => {
    const frame = frameOf({
      arrayId: 9,
      trackId: 0,
      micros: 1,
      range: 2,
      rangeRate: 3,
      azimuth: 4,
      elevation: 5,
      sequence: 6,
      flags: 0
    })
    const pool = new Uint8Array(200)
    pool.set(encodeRadarFrame(frame), 13)
    expect(decodeRadarFrame(pool.subarray(13, 77))).toEqual(frame)
  })
})
