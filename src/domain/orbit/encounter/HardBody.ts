/**
 * The size and shape of objects: from a file, from a message, or by default.
 *
 * A file is one JSON object: each object id with its radius in metres, and its shape where it is no circle
 * (`{"25544": {"radiusMetres": 55}, "20580": {"radiusMetres": 7, "shape": "square"}}`). Two objects make one body as large as both; it is a
 * square if either is, which holds the circle.
 */
import { Result, Schema } from "effect"
import { defaultHardBodyRadius, type HardBodyShape } from "./collisionProbability.ts"

const Radius = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(10_000))

export const HardBody = Schema.Struct({
  /** Of a sphere that holds the object, or half the side of a square. */
  radiusMetres: Radius,
  shape: Schema.optionalKey(Schema.Literals(["circle", "square"]))
})
export type HardBody = typeof HardBody.Type

const HardBodies = Schema.fromJsonString(Schema.Record(Schema.String, HardBody))
export type HardBodies = Readonly<Record<string, HardBody>>

/** The file's text does not hold hard bodies. */
export class HardBodyError extends Schema.TaggedError<HardBodyError>()("HardBodyError", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}: not hard bodies by object id: ${this.reason}`
  }
}

const decode = Schema.decodeUnknownResult(HardBodies)

export const readHardBodies = (text: string, file: string): Result.Result<HardBodies, HardBodyError> =>
  Result.mapError(decode(text), (error) => new HardBodyError({ file, reason: error.message.replaceAll("\n", " ") }))

export interface CombinedBody {
  /** Of both, m. */
  readonly radius: number
  readonly shape: HardBodyShape
  /** Where it comes from, in words. */
  readonly source: string
}

/** Of a pair: what is known of each, and the default for the other. */
export const combinedBody = (pair: readonly [string, string], known: HardBodies, where: string): CombinedBody => {
  const bodies = pair.map((objectId) => known[objectId])
  const radius = bodies.reduce((sum, body) => sum + (body?.radiusMetres ?? defaultHardBodyRadius), 0)
  const unknown = pair.filter((objectId) => known[objectId] === undefined)
  return {
    radius,
    shape: bodies.some((body) => body?.shape === "square") ? "square" : "circle",
    source: unknown.length === 0
      ? where
      : `${unknown.length === 2 ? "" : `${where}; `}default of ${defaultHardBodyRadius} m for ${unknown.join(" and ")}`
  }
}
