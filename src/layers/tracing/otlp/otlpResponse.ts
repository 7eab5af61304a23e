/** What an OTLP receiver's answer means for the spans that were sent. */
import { type Duration, Option, Result, Schema } from "effect"
import { Headers } from "effect/http"

/** - `accepted`: all but `rejected` of them. - `retry`: none, and it may be tried again, `after` that long if the receiver says so.
 * - `refused`: none, and trying again is no use. */
export type Answer =
  | { readonly _tag: "accepted"; readonly rejected: number; readonly message: string }
  | { readonly _tag: "retry"; readonly status: number; readonly after: Duration.Duration | undefined }
  | { readonly _tag: "refused"; readonly status: number }

const retryable = new Set([429, 502, 503, 504])

/** How to read an answer that is not 2xx. `now` is in ms, for a `Retry-After` that is a date. */
export const readFailure = (status: number, headers: Headers.Headers, now: number): Answer => {
  if (!retryable.has(status)) return { _tag: "refused", status }
  const stated = headers["retry-after"]
  const parsed = stated === undefined ? undefined : Result.getOrUndefined(Headers.parseRetryAfter(stated))
  return { _tag: "retry", status, after: parsed === undefined ? undefined : Headers.retryAfterDelay(parsed, now) }
}

const ExportResponse = Schema.Struct({
  partialSuccess: Schema.optionalKey(Schema.Struct({
    rejectedSpans: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite])),
    errorMessage: Schema.optionalKey(Schema.String)
  }))
})

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(ExportResponse))

/** A 2xx answer's body: `ExportTraceServiceResponse` in JSON or protobuf. What cannot be read counts as full success, as OTLP says. */
export const readSuccess = (contentType: string, body: Uint8Array): Answer => {
  if (!contentType.startsWith("application/json")) return accepted(readPartialSuccess(body))
  const partial = Option.getOrUndefined(decodeJson(new TextDecoder().decode(body)))?.partialSuccess
  return accepted({ rejected: Number(partial?.rejectedSpans ?? 0), message: partial?.errorMessage ?? "" })
}

const accepted = ({ message, rejected }: { readonly rejected: number; readonly message: string }): Answer => ({
  _tag: "accepted",
  rejected: Number.isSafeInteger(rejected) ? Math.max(0, rejected) : 0,
  message
})

/** `partial_success` (field 1) of the response, and in it `rejected_spans` (1) and `error_message` (2); other fields are passed over. */
const readPartialSuccess = (body: Uint8Array): { readonly rejected: number; readonly message: string } => {
  let [rejected, message] = [0, ""]
  forEachField(body, (field, value) => {
    if (field !== 1 || typeof value === "number") return
    forEachField(value, (inner, content) => {
      if (inner === 1 && typeof content === "number") rejected = content
      if (inner === 2 && typeof content !== "number") message = new TextDecoder().decode(content)
    })
  })
  return { rejected, message }
}

/** The fields of a protobuf message: numbers for varints, bytes for all else. Ends at the first that cannot be read. */
const forEachField = (bytes: Uint8Array, use: (field: number, value: number | Uint8Array) => void): void => {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) break
    }
    return value
  }
  const lengths: Readonly<Record<number, () => number>> = { 1: () => 8, 2: varint, 5: () => 4 }
  while (at < bytes.length) {
    const key = varint()
    const [field, type] = [Math.floor(key / 8), key % 8]
    if (type === 0) use(field, varint())
    else {
      const length = lengths[type]?.()
      if (length === undefined) return
      use(field, bytes.subarray(at, at += length))
    }
  }
}
