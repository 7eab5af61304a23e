/** Which sensor a raw record is of, told from its bytes without decoding the rest: also for what cannot be decoded. */
import { satelliteIdOf } from "./formats/islBeacon.ts"
import { radarFrameLength, radarSequenceOf } from "./formats/radarFrame.ts"
import type { SensorRegistry } from "./sensors/SensorRegistry.ts"

/** So far into a record of text a sensor is looked for. */
const searchedBytes = 64 << 10

const latin1 = new TextDecoder("latin1")
const utf8 = new TextDecoder()

const jsonSource = /"sourceId"\s*:\s*"([^"\\]{1,128})"/
const tdmParticipants = /^[ \t]*PARTICIPANT_\d[ \t]*=[ \t]*(\S.*?)[ \t]*\r?$/gm

/**
 * The registry's name of the sensor; of one that is not registered, the name or number that the record has (`radar:7`, `isl:25544`).
 * `undefined` where the record says nothing that can be read.
 */
export const sensorIdOf = (
  format: string,
  bytes: Uint8Array,
  registry: SensorRegistry
): string | undefined => {
  switch (format) {
    case "radar": {
      if (bytes.length !== radarFrameLength) return undefined
      const { arrayId } = radarSequenceOf(bytes)
      return registry.byArrayId.get(arrayId)?.sourceId ?? `radar:${arrayId}`
    }
    case "isl": {
      const satelliteId = satelliteIdOf(bytes)
      if (satelliteId === undefined) return undefined
      return registry.bySatelliteId.get(satelliteId)?.sourceId ?? `isl:${satelliteId}`
    }
    case "optical":
    case "observation":
      return jsonSource.exec(utf8.decode(bytes.subarray(0, searchedBytes)))?.[1]
    case "tdm":
      // Of the participants one is the object.
      return Array.from(latin1.decode(bytes.subarray(0, searchedBytes)).matchAll(tdmParticipants), ([, name]) => name)
        .find((name) => name !== undefined && registry.bySourceId.has(name))
    default:
      return undefined
  }
}
