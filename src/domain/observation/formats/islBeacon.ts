/**
 * The inter-satellite link's wire format: over TCP, each beacon is a u32 length and that many bytes, all little-endian.
 *
 * | offset | type    | field        | unit and meaning                                                              |
 * |-------:|---------|--------------|-------------------------------------------------------------------------------|
 * |      0 | u32     | length       | bytes that follow: 232 in version 1                                           |
 * |      4 | u8      | version      | 1                                                                             |
 * |      5 | u8      | frame        | 0 TEME, 1 EME2000, 2 GCRF, 3 ITRF                                             |
 * |      6 | u16     | flags        | bit 0 velocity, bit 1 covariance **absent**; others reserved: 0, ignored      |
 * |      8 | u32     | satellite id | catalogue number; the sensor registry maps it to a source                     |
 * |     12 | u64     | time         | ns since 1970-01-01T00:00:00Z, leap seconds not counted                       |
 * |     20 | f64[3]  | position     | m                                                                             |
 * |     44 | f64[3]  | velocity     | m/s                                                                           |
 * |     68 | f64[21] | covariance   | lower triangle row by row, position then velocity: m², m²/s, m²/s²; same frame |
 *
 * 236 bytes in all. An absent part's bytes are there and ignored.
 */
import { Result } from "effect"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Frame, Vector3 } from "../Observation.ts"
import { readUnixNanos, writeUnixNanos } from "./radarFrame.ts"

const islBeaconVersion = 1

/** Length of a version 1 beacon, its prefix included. */
export const islBeaconLength = 236

/** Longest beacon that is read, prefix included: room for later versions, a bound on what a client can make us hold. */
export const islMaximumLength = 4096

const frames: ReadonlyArray<Frame> = ["TEME", "EME2000", "GCRF", "ITRF"]
const velocityAbsent = 1
const covarianceAbsent = 2
const terms = 21

/** Position m, velocity m/s; `covariance` is the 21 lower-triangle terms, row by row. */
export interface IslBeacon {
  readonly satelliteId: number
  readonly time: UtcTime
  readonly frame: Frame
  readonly position: Vector3
  readonly velocity: Vector3 | undefined
  readonly covariance: ReadonlyArray<number> | undefined
}

const readVector = (view: DataView, offset: number): Vector3 => [
  view.getFloat64(offset, true),
  view.getFloat64(offset + 8, true),
  view.getFloat64(offset + 16, true)
]

/** The satellite id of a beacon that may be cut or wrong behind it; `undefined` where there is none that can be trusted. */
export const satelliteIdOf = (bytes: Uint8Array): number | undefined =>
  bytes.length < 12 || bytes[4] !== islBeaconVersion
    ? undefined
    : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8, true)

/** Reads one beacon with its length prefix. The failure says what is wrong; numbers are not judged: they may be NaN. */
export const decodeIslBeacon = (bytes: Uint8Array): Result.Result<IslBeacon, string> => {
  if (bytes.length < 5) return Result.fail(`An ISL beacon of ${bytes.length} bytes has no length and version`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(0, true)
  if (length !== bytes.length - 4) {
    return Result.fail(`An ISL beacon says ${length} bytes but ${bytes.length - 4} follow`)
  }
  const version = view.getUint8(4)
  if (version !== islBeaconVersion) return Result.fail(`ISL beacon version ${version} is not known`)
  if (bytes.length !== islBeaconLength) {
    return Result.fail(`An ISL beacon of version 1 has ${islBeaconLength} bytes, not ${bytes.length}`)
  }
  const code = view.getUint8(5)
  const frame = frames[code]
  if (frame === undefined) return Result.fail(`ISL frame code ${code} is not known`)
  const flags = view.getUint16(6, true)
  return Result.succeed({
    satelliteId: view.getUint32(8, true),
    time: readUnixNanos(view, 12),
    frame,
    position: readVector(view, 20),
    velocity: (flags & velocityAbsent) !== 0 ? undefined : readVector(view, 44),
    covariance: (flags & covarianceAbsent) !== 0
      ? undefined
      : Array.from({ length: terms }, (_, index) => view.getFloat64(68 + 8 * index, true))
  })
}

/** The beacon's 236 bytes, prefix included. A covariance shorter than 21 terms is filled with zeros. */
export const encodeIslBeacon = (beacon: IslBeacon): Uint8Array => {
  const bytes = new Uint8Array(islBeaconLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, islBeaconLength - 4, true)
  view.setUint8(4, islBeaconVersion)
  view.setUint8(5, frames.indexOf(beacon.frame))
  const flags = (beacon.velocity === undefined ? velocityAbsent : 0)
    | (beacon.covariance === undefined ? covarianceAbsent : 0)
  view.setUint16(6, flags, true)
  view.setUint32(8, beacon.satelliteId, true)
  writeUnixNanos(view, 12, beacon.time)
  beacon.position.forEach((value, index) => view.setFloat64(20 + 8 * index, value, true))
  beacon.velocity?.forEach((value, index) => view.setFloat64(44 + 8 * index, value, true))
  for (let index = 0; index < terms; index++) view.setFloat64(68 + 8 * index, beacon.covariance?.[index] ?? 0, true)
  return bytes
}

/**
 * The symmetric matrix of the first `size` components (6: position and velocity; 3: position), from the lower triangle row by row.
 */
export const covarianceMatrix = (
  lowerTriangle: ReadonlyArray<number>,
  size: 3 | 6
): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => {
      const [i, j] = row >= column ? [row, column] : [column, row]
      return lowerTriangle[(i * (i + 1)) / 2 + j] ?? 0
    }))

/** What a chunk of a TCP stream completed: whole beacons, what is left, and whether the next one is too long to be read. */
interface SplitBeacons {
  readonly beacons: ReadonlyArray<Uint8Array>
  readonly rest: Uint8Array
  readonly oversize: boolean
}

// A chunk's memory belongs to the socket's pool: what is kept is copied.
const copy = (data: Uint8Array, start: number, end: number): Uint8Array => new Uint8Array(data.subarray(start, end))

/**
 * Cuts a TCP stream into beacons, prefix included. `rest` is what the last call left over (empty at first) and stays under
 * `maximumLength`. When `oversize`, `rest` begins with the prefix that asks for too much: nothing after it can be trusted.
 */
export const splitIslBeacons = (
  rest: Uint8Array,
  chunk: Uint8Array,
  maximumLength: number = islMaximumLength
): SplitBeacons => {
  const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const beacons: Array<Uint8Array> = []
  let start = 0
  while (data.length - start >= 4) {
    const end = start + 4 + view.getUint32(start, true)
    if (end - start > maximumLength) return { beacons, rest: copy(data, start, start + maximumLength), oversize: true }
    if (end > data.length) break
    beacons.push(copy(data, start, end))
    start = end
  }
  return { beacons, rest: copy(data, start, data.length), oversize: false }
}
