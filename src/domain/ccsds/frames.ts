/** Names of reference frames in CCSDS messages (SANA registry, and older spellings) that Perigee knows; in either case. */
import type { Frame } from "../observation/Observation.ts"

const frames: ReadonlyMap<string, Frame> = new Map([
  ["EME2000", "EME2000"],
  ["J2000", "EME2000"],
  ["ICRF", "GCRF"],
  ["GCRF", "GCRF"],
  ["TEME", "TEME"],
  ["TEMEOFDATE", "TEME"]
])

/** The frame of a name: any realisation of the ITRF is the ITRF. */
export const frameOf = (name: string): Frame | undefined => {
  const upper = name.toUpperCase()
  return frames.get(upper) ?? (/^ITRF(-?\d{2,4})?$/.test(upper) ? "ITRF" : undefined)
}
