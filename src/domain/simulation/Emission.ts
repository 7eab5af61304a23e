/** What the simulated sensors send: the exact bytes of a record on one of the three wires, and when. */
import type { UtcTime } from "../time/UtcTime.ts"

/** Radar: UDP frames. Optical: records of the pulled archive. ISL: TCP beacons. */
export type Wire = "radar" | "optical" | "isl"

export interface Emission {
  /** Scenario time at which the record is on the wire or, for optical, published in the archive. */
  readonly sendAt: UtcTime
  readonly wire: Wire
  readonly sourceId: string
  /** The sensor's own stamp. */
  readonly sensorTimestamp: UtcTime
  /** The record as the source's wire format has it. */
  readonly bytes: Uint8Array
  /** The catalogue number of the object truly measured. Not on the wire: the scenario's ground truth. */
  readonly truthObject: string
  /** The same bytes were sent before: a duplicate by fault. */
  readonly again: boolean
}
