import { describe, expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import {
  covarianceMatrix,
  decodeIslBeacon,
  encodeIslBeacon,
  type IslBeacon,
  islBeaconLength,
  splitIslBeacons
} from "../../../../src/domain/observation/formats/islBeacon.ts"

const beacon = (satelliteId: number, time = 1_767_225_600_000.25): IslBeacon => ({
  satelliteId,
  time,
  frame: "TEME",
  position: [7_000_000, -1, 2.5],
  velocity: [0, 7500, -0.125],
  covariance: Array.from({ length: 21 }, (_, index) => index + 1)
})

const Fields = Schema.Struct({
  satelliteId: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))),
  micros: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 4_102_444_800_000_000 }))),
  frame: Schema.Literals(["TEME", "EME2000", "GCRF", "ITRF"]),
  position: Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite]),
  velocity: Schema.UndefinedOr(Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite])),
  withCovariance: Schema.Boolean
})

describe("islBeacon", () => {
  it.prop("reads back what it wrote, to the bit", [Fields], ([{ micros, withCovariance, ...fields }]) => {
    const written: IslBeacon = {
      ...fields,
      time: micros / 1000,
      covariance: withCovariance ? Array.from({ length: 21 }, (_, index) => index * fields.position[0]) : undefined
    }
    expect(decodeIslBeacon(encodeIslBeacon(written))).toEqual(Result.succeed(written))
  })

  it.prop("garbage never throws", [Schema.Uint8Array, Schema.Uint8Array], ([bytes, tail]) => {
    expect(Result.isFailure(decodeIslBeacon(bytes))).toBe(true)
    const forged = encodeIslBeacon(beacon(1))
    forged.set(tail.subarray(0, 200), 36)
    expect(Result.isSuccess(decodeIslBeacon(forged))).toBe(true)
  })

  it("rejects every wrong length, an unknown version and an unknown frame", () => {
    const bytes = encodeIslBeacon(beacon(1))
    for (let length = 0; length < bytes.length; length++) {
      expect(Result.isFailure(decodeIslBeacon(bytes.subarray(0, length)))).toBe(true)
      const consistent = bytes.slice(0, length)
      if (length >= 4) new DataView(consistent.buffer).setUint32(0, length - 4, true)
      expect(Result.isFailure(decodeIslBeacon(consistent))).toBe(true)
    }
    const version = bytes.slice()
    version[4] = 2
    expect(decodeIslBeacon(version)).toEqual(Result.fail("ISL beacon version 2 is not known"))
    const frame = bytes.slice()
    frame[5] = 9
    expect(decodeIslBeacon(frame)).toEqual(Result.fail("ISL frame code 9 is not known"))
  })

  it("makes the symmetric matrix of the lower triangle", () => {
    const full = covarianceMatrix(beacon(1).covariance ?? [], 6)
    expect(full.map((row) => row.length)).toEqual([6, 6, 6, 6, 6, 6])
    expect(full[5]).toEqual([16, 17, 18, 19, 20, 21])
    expect(full[0]).toEqual([1, 2, 4, 7, 11, 16])
    expect(covarianceMatrix(beacon(1).covariance ?? [], 3)).toEqual([[1, 2, 4], [2, 3, 5], [4, 5, 6]])
  })

  it.prop(
    "any chunking of a stream gives the same beacons",
    [Schema.Array(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 500 }))))],
    ([sizes]) => {
      const sent = [1, 2, 3, 4].map((id) => encodeIslBeacon(beacon(id)))
      const wire = new Uint8Array(Buffer.concat([...sent, Uint8Array.of(232, 0)]))
      const got: Array<Uint8Array> = []
      let rest: Uint8Array = new Uint8Array(0)
      let start = 0
      for (const size of [...sizes, wire.length]) {
        const split = splitIslBeacons(rest, wire.subarray(start, start + size))
        got.push(...split.beacons)
        rest = split.rest
        start += size
        expect(split.oversize).toBe(false)
      }
      expect(got).toEqual(sent)
      expect(rest).toEqual(Uint8Array.of(232, 0))
    }
  )

  it("stops at a length over the maximum and holds no more than that", () => {
    const huge = new Uint8Array(10_000).fill(0xff)
    const split = splitIslBeacons(encodeIslBeacon(beacon(5)), huge, 512)
    expect(split.beacons.map((bytes) => bytes.length)).toEqual([islBeaconLength])
    expect(split.oversize).toBe(true)
    expect(split.rest.length).toBe(512)
  })
})
