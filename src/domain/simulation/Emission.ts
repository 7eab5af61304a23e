/** What the simulated sensors send: the exact bytes of a record on one of the three wires, and when. */
import type { Sensor } from "../observation/sensors/Sensor.ts"
import type { SensorKind } from "../observation/sourceKinds.ts"
import type { UtcTime } from "../time/UtcTime.ts"

/** The kinds of sensors that the simulator flies. Radar: UDP frames. Optical: records of the pulled archive. ISL: TCP beacons. */
const wires = ["radar", "optical", "isl"] as const satisfies ReadonlyArray<SensorKind>
export type Wire = (typeof wires)[number]

/** A sensor of a kind that the simulator flies. One of any other kind is silent in a scenario. */
export interface FlownSensor extends Sensor {
  readonly kind: Wire
}

export const isFlown = (sensor: Sensor): sensor is FlownSensor => wires.some((wire) => wire === sensor.kind)

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
