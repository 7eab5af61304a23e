/** Radar frames as their bytes, one a millisecond: `tracks` objects in turn, seen by seven arrays. */
import { encodeRadarFrame } from "../../src/domain/observation/formats/radarFrame.ts"

export const radarFrames = (count: number, tracks: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: count }, (_, i) =>
    encodeRadarFrame({
      arrayId: i % 7,
      trackId: i % tracks,
      sensorTime: 1_770_000_000_000 + i,
      range: 800_000 + (i % 1000) * 100,
      rangeRate: (i % 200) - 100,
      azimuth: (i % 628) / 100,
      elevation: (i % 157) / 100,
      sigmaRange: 25,
      sigmaRangeRate: 0.1,
      sequence: i,
      flags: 0
    }))
