/** Radar datagrams: see `radarFrame.ts`. */
import { Result } from "effect"
import {
  decodeRadarFrame,
  radarFlags,
  type RadarFrame,
  radarFrameLength,
  radarSequenceOf
} from "../formats/radarFrame.ts"
import type { Target } from "../Observation.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import { type Decoded, fail, type Received, type RecordReader, unregistered } from "./RecordReader.ts"

const nonFinite = (values: Readonly<Record<string, number | undefined>>): string | undefined =>
  Object.keys(values).find((name) => values[name] !== undefined && !Number.isFinite(values[name]))

const sigma = (value: number): number | undefined => value > 0 && Number.isFinite(value) ? value : undefined

const radarTarget = (frame: RadarFrame): Extract<Target, { _tag: "RangeRate" }> => ({
  _tag: "RangeRate",
  ...((frame.flags & radarFlags.rangeAbsent) === 0 && { range: frame.range }),
  ...((frame.flags & radarFlags.rangeRateAbsent) === 0 && { rangeRate: frame.rangeRate }),
  ...((frame.flags & radarFlags.anglesAbsent) === 0 && { azimuth: frame.azimuth, elevation: frame.elevation })
})

const fromRadar = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const frame = decodeRadarFrame(bytes)
  if (frame === undefined) {
    return fail("Deserialization", `A radar frame has ${radarFrameLength} bytes, not ${bytes.length}`)
  }
  const sensor = registry.byArrayId.get(frame.arrayId)
  if (sensor === undefined) return unregistered(`Radar array ${frame.arrayId}`)
  const target = radarTarget(frame)
  const { _tag, ...components } = target
  const bad = nonFinite(components)
  if (bad !== undefined) return fail("ValidationFailed", `The ${bad} of a radar frame is not a finite number`)
  if (Object.keys(components).length === 0) return fail("ValidationFailed", "A radar frame measures nothing")
  const range = target.range === undefined ? undefined : sigma(frame.sigmaRange)
  const rangeRate = target.rangeRate === undefined ? undefined : sigma(frame.sigmaRangeRate)
  return Result.succeed({
    observationId: received.observationId,
    sourceId: sensor.sourceId,
    sourceKind: sensor.kind,
    sensorTimestamp: frame.sensorTime,
    ingestTimestamp: received.receivedAt,
    target,
    uncertainty: { ...(range !== undefined && { range }), ...(rangeRate !== undefined && { rangeRate }) },
    ...(frame.trackId !== 0 && { objectHint: String(frame.trackId) })
  })
}

export const radarReader: RecordReader = {
  format: "radar",
  kind: "radar",
  decode: fromRadar,
  sensorId: (bytes, registry) => {
    if (bytes.length !== radarFrameLength) return undefined
    const { arrayId } = radarSequenceOf(bytes)
    return registry.byArrayId.get(arrayId)?.sourceId ?? `radar:${arrayId}`
  }
}
