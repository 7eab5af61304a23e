/**
 * The radar's wire format: one UDP datagram is one frame of exactly 64 bytes, little-endian.
 *
 * | offset | type | field          | unit and meaning                                                     |
 * |-------:|------|----------------|----------------------------------------------------------------------|
 * |      0 | u32  | array id       | which radar array; the sensor registry maps it to a source           |
 * |      4 | u32  | track id       | the array's own track number; 0: none                                |
 * |      8 | u64  | sensor time    | ns since 1970-01-01T00:00:00Z, leap seconds not counted               |
 * |     16 | f64  | range          | m                                                                    |
 * |     24 | f64  | range rate     | m/s, positive away from the array                                    |
 * |     32 | f64  | azimuth        | rad, from north through east                                         |
 * |     40 | f64  | elevation      | rad, above the horizon                                               |
 * |     48 | f32  | sigma range    | m, 1-sigma; not above 0: not given, the sensor registry's applies     |
 * |     52 | f32  | sigma rate     | m/s, 1-sigma; likewise                                               |
 * |     56 | u32  | sequence       | counts the array's frames from any start, wraps at 2^32               |
 * |     60 | u32  | flags          | bit 0 range, bit 1 range rate, bit 2 azimuth and elevation **absent** |
 *
 * An absent component's bytes are ignored. Flag bits 3 to 31 are reserved: written 0, ignored when read.
 */
import type { UtcTime } from "../../time/UtcTime.ts"

export const radarFrameLength = 64

/** Bits of {@link RadarFrame.flags}. */
export const radarFlags = { rangeAbsent: 1, rangeRateAbsent: 2, anglesAbsent: 4 } as const

/** A frame as it is on the wire: SI units and radians, `trackId` 0 for none. */
export interface RadarFrame {
  readonly arrayId: number
  readonly trackId: number
  readonly sensorTime: UtcTime
  readonly range: number
  readonly rangeRate: number
  readonly azimuth: number
  readonly elevation: number
  readonly sigmaRange: number
  readonly sigmaRangeRate: number
  readonly sequence: number
  readonly flags: number
}

/** Reads u64 nanoseconds. Exact up to the one rounding to {@link UtcTime}'s 0.24 µs: 2^32 ns are 4294 ms and 967,296 ns. */
export const readUnixNanos = (view: DataView, offset: number): UtcTime => {
  const low = view.getUint32(offset, true)
  const high = view.getUint32(offset + 4, true)
  const nanos = high * 967_296 + low
  const millis = Math.floor(nanos / 1e6)
  return high * 4294 + millis + (nanos - millis * 1e6) / 1e6
}

/** Writes u64 nanoseconds. What {@link readUnixNanos} reads back is the same number; a time before 1970 is written as 1970. */
export const writeUnixNanos = (view: DataView, offset: number, time: UtcTime): void => {
  const whole = Math.floor(time)
  const nanos = BigInt(whole) * 1_000_000n + BigInt(Math.round((time - whole) * 1e6))
  view.setBigUint64(offset, nanos < 0n ? 0n : nanos, true)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The frame in `bytes`, or `undefined` when it is not exactly 64 bytes long. Numbers are not judged: they may be NaN. */
export const decodeRadarFrame = (bytes: Uint8Array): RadarFrame | undefined => {
  if (bytes.length !== radarFrameLength) return undefined
  const view = viewOf(bytes)
  return {
    arrayId: view.getUint32(0, true),
    trackId: view.getUint32(4, true),
    sensorTime: readUnixNanos(view, 8),
    range: view.getFloat64(16, true),
    rangeRate: view.getFloat64(24, true),
    azimuth: view.getFloat64(32, true),
    elevation: view.getFloat64(40, true),
    sigmaRange: view.getFloat32(48, true),
    sigmaRangeRate: view.getFloat32(52, true),
    sequence: view.getUint32(56, true),
    flags: view.getUint32(60, true)
  }
}

/** The frame's 64 bytes. Integers are taken modulo 2^32, sigmas rounded to f32. */
export const encodeRadarFrame = (frame: RadarFrame): Uint8Array => {
  const bytes = new Uint8Array(radarFrameLength)
  const view = viewOf(bytes)
  view.setUint32(0, frame.arrayId, true)
  view.setUint32(4, frame.trackId, true)
  writeUnixNanos(view, 8, frame.sensorTime)
  view.setFloat64(16, frame.range, true)
  view.setFloat64(24, frame.rangeRate, true)
  view.setFloat64(32, frame.azimuth, true)
  view.setFloat64(40, frame.elevation, true)
  view.setFloat32(48, frame.sigmaRange, true)
  view.setFloat32(52, frame.sigmaRangeRate, true)
  view.setUint32(56, frame.sequence, true)
  view.setUint32(60, frame.flags, true)
  return bytes
}

/** Array id and sequence of a frame that is 64 bytes long, without decoding the rest. */
export const radarSequenceOf = (bytes: Uint8Array): { readonly arrayId: number; readonly sequence: number } => {
  const view = viewOf(bytes)
  return { arrayId: view.getUint32(0, true), sequence: view.getUint32(56, true) }
}
