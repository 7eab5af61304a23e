/** A record of the log for programs and for people. */
import { Option, Schema } from "effect"
import { format } from "../../domain/time/UtcTime.ts"
import type { LogRecord } from "../../layers/log/LogRecord.ts"
import { printable } from "../text.ts"

const parseJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text of bytes that are UTF-8. */
const textOf = (value: Uint8Array): string | undefined => {
  try {
    return utf8.decode(value)
  } catch {
    return undefined
  }
}

const base64 = ({ buffer, byteLength, byteOffset }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64")

/** `encoding` tells a base64 text from a JSON value that happens to be a text. */
export const recordJson = ({ headers, key, offset, partition, timestamp, value }: LogRecord) => {
  const text = textOf(value)
  const json = text === undefined ? Option.none() : parseJson(text)
  return {
    partition,
    offset,
    key: key ?? null,
    timestamp: format(timestamp),
    headers,
    encoding: Option.isSome(json) ? "json" : "base64",
    value: Option.isSome(json) ? json.value : base64(value)
  }
}

const mostShown = 400

/** One line: where it stands, when, its key, and its value as text, or its size. */
export const recordLine = ({ key, offset, partition, timestamp, value }: LogRecord): string => {
  const text = textOf(value)
  const shown = text === undefined || printable(text.replaceAll(/[\t\r\n]/g, " ")) !== text.replaceAll(/[\t\r\n]/g, " ")
    ? `${value.length} bytes`
    : text.length > mostShown
    ? `${text.slice(0, mostShown)}... (${text.length} characters)`
    : text
  return `${partition}:${offset}  ${format(timestamp)}  ${printable(key ?? "-")}  ${printable(shown)}`
}
