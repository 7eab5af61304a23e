/** A payload for a person: a radar frame by its fields, text as it is, else hexadecimal. At most {@link most} characters, on one line. */
import { isUtf8 } from "node:buffer"
import { decodeRadarFrame, radarFrameLength } from "../../domain/observation/formats/radarFrame.ts"

const most = 300

/** Numbers as they were sent: with their unit's name they show at once whose they are. */
const radarText = (payload: Uint8Array): string => {
  const frame = decodeRadarFrame(payload)
  return frame === undefined
    ? ""
    : `array ${frame.arrayId} track ${frame.trackId} range ${frame.range} m, range rate ${frame.rangeRate} m/s, azimuth ${frame.azimuth} rad, `
      + `elevation ${frame.elevation} rad, sequence ${frame.sequence}`
}

export const payloadText = (format: string, payload: Uint8Array): string => {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const text = format === "radar" && payload.length === radarFrameLength
    ? radarText(payload)
    : isUtf8(payload)
    // oxlint-disable-next-line no-control-regex
    ? bytes.toString("utf8").replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
    : bytes.toString("hex")
  return text.length > most ? `${text.slice(0, most)}...` : text
}
