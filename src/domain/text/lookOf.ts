/** What a text seems to be, for the message that says that it is not what was asked for. By its beginning alone; never an error. */

/** Kinds of text that Perigee reads, or meets where it should read another. */
export type Look =
  | "empty"
  | "binary"
  | "observations"
  | "sensors"
  | "tle"
  | "omm"
  | "tdm"
  | "cdm"
  | "oem"
  | "json"
  | "xml"
  | "html"
  | "text"

const words: Readonly<Record<Look, string>> = {
  empty: "nothing at all",
  binary: "no text",
  observations: "observations as JSON lines",
  sensors: "a sensor registry",
  tle: "a catalogue of two-line elements",
  omm: "a catalogue of OMM",
  tdm: "observations as a CCSDS Tracking Data Message",
  cdm: "a CCSDS Conjunction Data Message",
  oem: "a CCSDS Orbit Ephemeris Message",
  json: "JSON of another kind",
  xml: "XML of another kind",
  html: "a web page",
  text: "other text"
}

/** `it looks like ...` */
export const lookText = (look: Look): string => words[look]

const ccsds = /^[ \t]*CCSDS_(TDM|CDM|OEM|OMM)_VERS/m
const ccsdsElement = /<(?:\w+:)?(tdm|cdm|oem|omm)[\s>]/
const messages: Readonly<Record<string, Look>> = { tdm: "tdm", cdm: "cdm", oem: "oem", omm: "omm" }

const jsonLook = (start: string): Look => {
  if (/"(sensorTimestamp|sourceKind)"\s*:/.test(start)) return "observations"
  if (/"CCSDS_CDM_VERS"|"SAT1_OBJECT/.test(start)) return "cdm"
  if (/"(MEAN_MOTION|NORAD_CAT_ID)"\s*:/.test(start)) return "omm"
  return /"(angleFrame|sigmas|arrayId)"\s*:/.test(start) ? "sensors" : "json"
}

/** Looks at the first characters: 4096 are enough. */
export const lookOf = (text: string): Look => {
  const start = text.slice(0, 4096).replace(/^\uFEFF/, "").trimStart()
  if (start === "") return text.trim() === "" ? "empty" : "text"
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x08\x0e-\x1f\uFFFD]/.test(start)) return "binary"
  if (start.startsWith("<")) {
    const found = ccsdsElement.exec(start)?.[1]
    return found !== undefined ? messages[found] ?? "xml" : /^<(!doctype )?html/i.test(start) ? "html" : "xml"
  }
  if (start.startsWith("{") || start.startsWith("[")) return jsonLook(start)
  const message = ccsds.exec(start)?.[1]?.toLowerCase()
  if (message !== undefined) return messages[message] ?? "text"
  const lines = start.split(/\r?\n/)
  if (lines.some((line) => /^[12] [0-9A-Z ]{5}.{50}/.test(line))) return "tle"
  return lines.some((line) => line.includes("MEAN_MOTION") && line.includes(",")) ? "omm" : "text"
}
