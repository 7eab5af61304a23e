/**
 * Conjunction data messages, CCSDS 508.0-B, in keyword = value notation: the model, and the writer. The reader is `readCdm.ts`.
 *
 * States are written in the frame that they come in: the standard allows EME2000, GCRF and ITRF, not TEME, so the caller converts. The
 * covariance is along the RTN axes of the object's own inertial state, whatever the frame of the state.
 */
import type { Vector3 } from "../observation/Observation.ts"
import type { State } from "../orbit/propagation/State.ts"
import * as UtcTime from "../time/UtcTime.ts"

export type CdmFrame = "EME2000" | "GCRF" | "ITRF"

export interface CdmObject {
  readonly comments: ReadonlyArray<string>
  readonly designator: string
  readonly catalogName: string
  readonly name: string
  /** COSPAR form; `UNKNOWN` when it is not known. */
  readonly internationalDesignator: string
  readonly ephemerisName: string
  readonly covarianceMethod: "CALCULATED" | "DEFAULT"
  readonly maneuverable: "YES" | "NO" | "N/A"
  readonly frame: CdmFrame
  readonly lastObservation: UtcTime.UtcTime | undefined
  /** At TCA, m and m/s, in `frame`. */
  readonly state: State
  /** RTN position and velocity, 6x6 row by row: m², m²/s, m²/s². */
  readonly covariance: ArrayLike<number>
}

export interface Cdm {
  readonly comments: ReadonlyArray<string>
  readonly creationDate: UtcTime.UtcTime
  readonly originator: string
  readonly messageId: string
  readonly tca: UtcTime.UtcTime
  /** m. */
  readonly missDistance: number
  /** m/s. */
  readonly relativeSpeed: number | undefined
  /** Object 2 minus object 1 along the RTN axes of object 1, m. */
  readonly relativePosition: Vector3 | undefined
  /** m/s. */
  readonly relativeVelocity: Vector3 | undefined
  readonly collisionProbability: number | undefined
  readonly collisionProbabilityMethod: string | undefined
  readonly objects: readonly [CdmObject, CdmObject]
}

const axes = ["R", "T", "N", "RDOT", "TDOT", "NDOT"] as const
const stateKeys = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"] as const

/** The 21 covariance keywords, lower triangle row by row, with indices into the matrix and units. */
export const covarianceTerms: ReadonlyArray<
  { readonly key: string; readonly row: number; readonly column: number; readonly unit: string }
> = axes.flatMap((left, row) =>
  axes.slice(0, row + 1).map((right, column) => {
    const rates = (row > 2 ? 1 : 0) + (column > 2 ? 1 : 0)
    return { key: `C${left}_${right}`, row, column, unit: ["m**2", "m**2/s", "m**2/s**2"][rates] ?? "" }
  })
)

/** The six state keywords with their units, position first. */
export const stateTerms: ReadonlyArray<{ readonly key: string; readonly unit: string }> = stateKeys.map((key, i) => ({
  key,
  unit: i < 3 ? "km" : "km/s"
}))

const time = (value: UtcTime.UtcTime): string => UtcTime.format(value).slice(0, -1)
/** One line of printable text; a keyword that must have a value gets `fallback`. */
const text = (value: string, fallback = "UNKNOWN"): string => value.replaceAll(/[^ -~]+/g, " ").trim() || fallback
const row = (key: string, value: string, unit = ""): string => `${key} = ${value}${unit === "" ? "" : ` [${unit}]`}`
const comment = (value: string): string => `COMMENT ${text(value, "")}`.trimEnd()

const formatObject = (object: CdmObject, label: "OBJECT1" | "OBJECT2"): ReadonlyArray<string> => {
  const { position, velocity } = object.state
  const numbers = [...position.map((x) => (x / 1000).toFixed(9)), ...velocity.map((x) => (x / 1000).toFixed(12))]
  return [
    row("OBJECT", label),
    ...object.comments.map(comment),
    row("OBJECT_DESIGNATOR", text(object.designator)),
    row("CATALOG_NAME", text(object.catalogName)),
    row("OBJECT_NAME", text(object.name)),
    row("INTERNATIONAL_DESIGNATOR", text(object.internationalDesignator)),
    row("EPHEMERIS_NAME", text(object.ephemerisName, "NONE")),
    row("COVARIANCE_METHOD", object.covarianceMethod),
    row("MANEUVERABLE", object.maneuverable),
    row("REF_FRAME", object.frame),
    ...(object.lastObservation === undefined ? [] : [
      row("TIME_LASTOB_START", time(object.lastObservation)),
      row("TIME_LASTOB_END", time(object.lastObservation))
    ]),
    ...stateTerms.map(({ key, unit }, i) => row(key, numbers[i] ?? "", unit)),
    ...covarianceTerms.map((term) =>
      row(term.key, (object.covariance[6 * term.row + term.column] ?? 0).toExponential(12), term.unit)
    )
  ]
}

const formatVector = (stem: string, vector: Vector3 | undefined, unit: string): ReadonlyArray<string> =>
  vector === undefined ? [] : vector.map((value, i) => row(`${stem}_${axes[i] ?? ""}`, value.toFixed(6), unit))

/** Writes the message, all obligatory keywords in the standard's order. Ends with a line break. */
export const formatCdm = (cdm: Cdm): string =>
  [
    row("CCSDS_CDM_VERS", "1.0"),
    ...cdm.comments.map(comment),
    row("CREATION_DATE", time(cdm.creationDate)),
    row("ORIGINATOR", text(cdm.originator)),
    row("MESSAGE_ID", text(cdm.messageId)),
    row("TCA", time(cdm.tca)),
    row("MISS_DISTANCE", cdm.missDistance.toFixed(6), "m"),
    ...(cdm.relativeSpeed === undefined ? [] : [row("RELATIVE_SPEED", cdm.relativeSpeed.toFixed(6), "m/s")]),
    ...formatVector("RELATIVE_POSITION", cdm.relativePosition, "m"),
    ...formatVector("RELATIVE_VELOCITY", cdm.relativeVelocity, "m/s"),
    ...(cdm.collisionProbability === undefined
      ? []
      : [row("COLLISION_PROBABILITY", cdm.collisionProbability.toExponential(12))]),
    ...(cdm.collisionProbabilityMethod === undefined
      ? []
      : [row("COLLISION_PROBABILITY_METHOD", text(cdm.collisionProbabilityMethod))]),
    ...formatObject(cdm.objects[0], "OBJECT1"),
    ...formatObject(cdm.objects[1], "OBJECT2"),
    ""
  ].join("\n")
