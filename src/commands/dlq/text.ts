/** Dead letters for people. */
import { isUtf8 } from "node:buffer"
import type { DeadLetter } from "../../domain/deadletter/DeadLetter.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { type Listing, totalOf } from "../../layers/deadletters/readLetters.ts"
import { columns, counted, printable } from "../text.ts"

const kindsText = (counts: ReadonlyMap<string, number>): string =>
  Array.from(counts, ([kind, count]) => `${kind} ${count}`).toSorted().join(", ")

/** Sensors that are shown with their counts; JSON has them all. */
const mostShown = 20

const sensorRows = ({ bySensor }: Listing): ReadonlyArray<string> => {
  const rows = Array.from(bySensor).slice(0, mostShown)
    .map(([sensor, counts]) => [printable(sensor), String(totalOf(counts)), kindsText(counts)])
  const more = bySensor.size - rows.length
  return [...columns(rows, "  "), ...(more > 0 ? [`  and ${counted(more, "more sensor")}`] : [])]
}

export const listText = (listing: Listing): string => {
  const { byErrorKind, letters, unreadable } = listing
  const total = totalOf(byErrorKind)
  const header = ["TIME", "ID", "SENSOR", "OPERATOR", "KIND", "LOCATOR", "MESSAGE"]
  const rows = letters.map(({ errorKind, id, locator, message, operator, sensorId, time }) =>
    [format(time), id, sensorId ?? "-", operator, errorKind, locator, message].map(printable)
  )
  return [
    ...(rows.length === 0 ? [] : columns([header, ...rows])),
    total === 0
      ? "no dead letters"
      : `${counted(total, "dead letter")}: ${kindsText(byErrorKind)}${
        letters.length < total ? `; the newest ${letters.length} are shown` : ""
      }`,
    ...(total === 0 ? [] : sensorRows(listing)),
    ...(unreadable === 0
      ? []
      : [`no dead letter that this version can read: ${counted(unreadable, "record")} of the topic`])
  ].join("\n")
}

/** Text is UTF-8 in which nothing but line ends and tabs controls a terminal. */
const textOf = (bytes: Uint8Array): string | undefined => {
  if (!isUtf8(bytes)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
  const visible = text.replaceAll(/[\t\r\n]/g, " ")
  return printable(visible) === visible ? text : undefined
}

/** Sixteen bytes a line: offset, hexadecimal, and the characters of ASCII among them. */
const hexDump = (bytes: Uint8Array): string =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const row = Array.from(bytes.subarray(line * 16, line * 16 + 16))
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
    const ascii = row.map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("")
    return `${(line * 16).toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  |${ascii}|`
  }).join("\n")

export const letterText = (letter: DeadLetter, count: number): string => {
  const { payload, position, trace } = letter
  const fields: ReadonlyArray<readonly [string, string]> = [
    ["id", letter.id],
    ["time", format(letter.time)],
    ["sensor", letter.sensorId ?? "unknown"],
    ["operator", letter.operator],
    ["error kind", letter.errorKind],
    ["message", letter.message],
    ["retries", String(letter.retryCount)],
    ["source", letter.source],
    ["format", letter.format],
    ["locator", letter.locator],
    ["position", position === null ? "none" : `${position.topic}/${position.partition}/${position.offset}`],
    ["trace id", trace.traceId],
    ["span id", trace.spanId ?? "none"],
    ["sampled", trace.sampled ? "yes" : "no"],
    ["trace state", trace.traceState ?? "none"],
    ...(count > 1 ? [["given up", `${count} times; this is the newest`] as const] : [])
  ]
  const text = textOf(payload)
  return [
    ...columns(fields.map(([name, value]) => [name, printable(value)])),
    "",
    `payload, ${counted(payload.length, "byte")}${text === undefined ? "" : " of text"}`,
    ...(payload.length === 0 ? [] : [text ?? hexDump(payload)])
  ].join("\n")
}
