/**
 * The optical archive's published format: `GET <archive>?since=<RFC 3339>&limit=<n>[&cursor=<token>]` gives a page as JSON.
 *
 * - `since`: event time, inclusive. The archive gives what is stamped at or after it, in ascending event time.
 * - `limit`: most observations in one page.
 * - `cursor`: the `next` of the page before, to go on with the same `since`. Opaque to the client.
 * - `next`: present exactly when there is more.
 *
 * The JSON Schema of a page is `docs/schemas/optical-archive.schema.json`, made from the schema here.
 */
import { Result, Schema } from "effect"
import { UtcTimeFromString } from "../../time/UtcTime.ts"
import { Frame } from "../Observation.ts"

const sigma = Schema.Finite.pipe(Schema.check(Schema.isGreaterThan(0)))

const time = Schema.String.annotate({
  description: "Event time: RFC 3339, up to nine decimals",
  format: "date-time"
}).pipe(Schema.decodeTo(UtcTimeFromString))

/** One measured direction. Topocentric; rad. */
export const OpticalObservation = Schema.Struct({
  id: Schema.optionalKey(Schema.String.annotate({ description: "The archive's own name for the record" })),
  sourceId: Schema.NonEmptyString.annotate({ description: "The telescope, as the sensor registry names it" }),
  time,
  rightAscension: Schema.Finite.annotate({ description: "Topocentric right ascension, rad" }),
  declination: Schema.Finite.annotate({ description: "Topocentric declination, rad" }),
  frame: Frame.annotate({ description: "The frame whose axes the angles are measured in" }),
  sigmaRightAscension: Schema.optionalKey(
    sigma.annotate({ description: "1-sigma of the right ascension itself (not multiplied by cos declination), rad" })
  ),
  sigmaDeclination: Schema.optionalKey(sigma.annotate({ description: "1-sigma of the declination, rad" })),
  trackId: Schema.optionalKey(Schema.String.annotate({ description: "The telescope's own track number: a hint" })),
  traceparent: Schema.optionalKey(Schema.String.annotate({ description: "W3C trace context of the record" })),
  tracestate: Schema.optionalKey(Schema.String.annotate({ description: "W3C trace state of the record" }))
})
export type OpticalObservation = typeof OpticalObservation.Type

/** A page as it is published. */
export const OpticalPage = Schema.Struct({
  observations: Schema.Array(OpticalObservation).annotate({ description: "Ascending by time" }),
  next: Schema.optionalKey(Schema.String.annotate({ description: "Token for the page after this one" }))
}).annotate({ title: "Perigee optical archive page" })

// The page is read leniently: one bad record must not cost the good ones beside it, and is dead-lettered by itself.
const LenientPage = Schema.Struct({
  observations: Schema.Array(Schema.Unknown),
  next: Schema.optionalKey(Schema.NullOr(Schema.String))
})

/** A page whose records are still to be decoded one by one. */
export interface RawOpticalPage {
  readonly observations: ReadonlyArray<unknown>
  readonly next: string | undefined
}

const decodeLenientPage = Schema.decodeUnknownResult(LenientPage)
const decodeOpticalObservation = Schema.decodeUnknownResult(OpticalObservation)

/** Text to JSON; the failure is the parser's message. A byte order mark before it is passed over. */
export const parseJson = (text: string): Result.Result<unknown, string> =>
  Result.try({
    try: (): unknown => JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text),
    catch: (error) => `Not JSON: ${String(error)}`
  })

/** Reads a page's envelope, not its records. */
export const decodeOpticalPage = (text: string): Result.Result<RawOpticalPage, string> =>
  Result.flatMap(parseJson(text), (json) =>
    Result.mapBoth(decodeLenientPage(json), {
      onFailure: (error) => `Not a page of an optical archive: ${error.message}`,
      onSuccess: ({ next, observations }) => ({ observations, next: next ?? undefined })
    }))

/** Reads one record of a page. */
export const decodeOpticalRecord = (json: unknown): Result.Result<OpticalObservation, string> =>
  Result.mapError(decodeOpticalObservation(json), (error) => error.message)
