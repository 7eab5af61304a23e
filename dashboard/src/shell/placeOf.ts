/** Where a line of the search leads: an id to what it names, anything else to the traces that fit it. */

/** 128 bits, in hexadecimal digits or as a UUID. */
const traceId = /^[0-9a-f]{32}$/i
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const placeOf = (line: string): string => {
  const text = line.trim()
  if (text === "") return "/traces"
  if (traceId.test(text)) return `/traces/${text.toLowerCase()}`
  if (uuid.test(text)) return `/traces/${text.replaceAll("-", "").toLowerCase()}`
  if (text.startsWith("alert:")) return `/alerts/${encodeURIComponent(text.slice("alert:".length).trim())}`
  if (text.startsWith("lineage:")) return `/lineage/${encodeURIComponent(text.slice("lineage:".length).trim())}`
  return `/traces?q=${encodeURIComponent(text)}`
}
