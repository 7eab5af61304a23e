/**
 * The keywords of a Conjunction Data Message (CCSDS 508.0-B-1, tables 3-1 to 3-4) in the standard's order, with units, and the element of the
 * XML form that each stands in.
 */

/** A keyword as it is written. */
export interface CdmKeyword {
  readonly key: string
  /** Empty for what has none. */
  readonly unit: string
  /** Elements of the XML form, within `relativeMetadataData` or `segment`. */
  readonly within: ReadonlyArray<string>
}

const yesNo = ["YES", "NO"] as const

/** Optional texts of the relative metadata, with the standard's list of values where there is one. */
export const relativeTexts = [
  { key: "SCREEN_VOLUME_FRAME", values: ["RTN", "TVN"] },
  { key: "SCREEN_VOLUME_SHAPE", values: ["ELLIPSOID", "BOX"] }
] as const
export const relativeTimes = [
  "START_SCREEN_PERIOD",
  "STOP_SCREEN_PERIOD",
  "SCREEN_ENTRY_TIME",
  "SCREEN_EXIT_TIME"
] as const
export const relativeNumbers = [
  { key: "SCREEN_VOLUME_X", unit: "m" },
  { key: "SCREEN_VOLUME_Y", unit: "m" },
  { key: "SCREEN_VOLUME_Z", unit: "m" }
] as const

/** Optional texts of an object. */
export const objectTexts = [
  { key: "OBJECT_TYPE", values: ["PAYLOAD", "ROCKET BODY", "UPPER STAGE", "DEBRIS", "UNKNOWN", "OTHER"] },
  { key: "OPERATOR_CONTACT_POSITION", values: undefined },
  { key: "OPERATOR_ORGANIZATION", values: undefined },
  { key: "OPERATOR_PHONE", values: undefined },
  { key: "OPERATOR_EMAIL", values: undefined },
  { key: "ORBIT_CENTER", values: undefined },
  { key: "GRAVITY_MODEL", values: undefined },
  { key: "ATMOSPHERIC_MODEL", values: undefined },
  { key: "N_BODY_PERTURBATIONS", values: undefined },
  { key: "SOLAR_RAD_PRESSURE", values: yesNo },
  { key: "EARTH_TIDES", values: yesNo },
  { key: "INTRACK_THRUST", values: yesNo }
] as const

/** Optional numbers of an object: of its orbit determination, its body, and the covariance with drag, radiation pressure and thrust. */
export const objectNumbers = [
  { key: "RECOMMENDED_OD_SPAN", unit: "d", in: "odParameters" },
  { key: "ACTUAL_OD_SPAN", unit: "d", in: "odParameters" },
  { key: "OBS_AVAILABLE", unit: "", in: "odParameters" },
  { key: "OBS_USED", unit: "", in: "odParameters" },
  { key: "TRACKS_AVAILABLE", unit: "", in: "odParameters" },
  { key: "TRACKS_USED", unit: "", in: "odParameters" },
  { key: "RESIDUALS_ACCEPTED", unit: "%", in: "odParameters" },
  { key: "WEIGHTED_RMS", unit: "", in: "odParameters" },
  { key: "AREA_PC", unit: "m**2", in: "additionalParameters" },
  { key: "AREA_DRG", unit: "m**2", in: "additionalParameters" },
  { key: "AREA_SRP", unit: "m**2", in: "additionalParameters" },
  { key: "MASS", unit: "kg", in: "additionalParameters" },
  { key: "CD_AREA_OVER_MASS", unit: "m**2/kg", in: "additionalParameters" },
  { key: "CR_AREA_OVER_MASS", unit: "m**2/kg", in: "additionalParameters" },
  { key: "THRUST_ACCELERATION", unit: "m/s**2", in: "additionalParameters" },
  { key: "SEDR", unit: "W/kg", in: "additionalParameters" },
  { key: "CDRG_R", unit: "m**3/kg", in: "covarianceMatrix" },
  { key: "CDRG_T", unit: "m**3/kg", in: "covarianceMatrix" },
  { key: "CDRG_N", unit: "m**3/kg", in: "covarianceMatrix" },
  { key: "CDRG_RDOT", unit: "m**3/(kg*s)", in: "covarianceMatrix" },
  { key: "CDRG_TDOT", unit: "m**3/(kg*s)", in: "covarianceMatrix" },
  { key: "CDRG_NDOT", unit: "m**3/(kg*s)", in: "covarianceMatrix" },
  { key: "CDRG_DRG", unit: "m**4/kg**2", in: "covarianceMatrix" },
  { key: "CSRP_R", unit: "m**3/kg", in: "covarianceMatrix" },
  { key: "CSRP_T", unit: "m**3/kg", in: "covarianceMatrix" },
  { key: "CSRP_N", unit: "m**3/kg", in: "covarianceMatrix" },
  { key: "CSRP_RDOT", unit: "m**3/(kg*s)", in: "covarianceMatrix" },
  { key: "CSRP_TDOT", unit: "m**3/(kg*s)", in: "covarianceMatrix" },
  { key: "CSRP_NDOT", unit: "m**3/(kg*s)", in: "covarianceMatrix" },
  { key: "CSRP_DRG", unit: "m**4/kg**2", in: "covarianceMatrix" },
  { key: "CSRP_SRP", unit: "m**4/kg**2", in: "covarianceMatrix" },
  { key: "CTHR_R", unit: "m**2/s**2", in: "covarianceMatrix" },
  { key: "CTHR_T", unit: "m**2/s**2", in: "covarianceMatrix" },
  { key: "CTHR_N", unit: "m**2/s**2", in: "covarianceMatrix" },
  { key: "CTHR_RDOT", unit: "m**2/s**3", in: "covarianceMatrix" },
  { key: "CTHR_TDOT", unit: "m**2/s**3", in: "covarianceMatrix" },
  { key: "CTHR_NDOT", unit: "m**2/s**3", in: "covarianceMatrix" },
  { key: "CTHR_DRG", unit: "m**3/(kg*s**2)", in: "covarianceMatrix" },
  { key: "CTHR_SRP", unit: "m**3/(kg*s**2)", in: "covarianceMatrix" },
  { key: "CTHR_THR", unit: "m**2/s**4", in: "covarianceMatrix" }
] as const

export type CdmRelativeText = (typeof relativeTexts)[number]["key"]
export type CdmRelativeTime = (typeof relativeTimes)[number]
export type CdmRelativeNumber = (typeof relativeNumbers)[number]["key"]
export type CdmObjectText = (typeof objectTexts)[number]["key"]
export type CdmObjectNumber = (typeof objectNumbers)[number]["key"]

const axes = ["R", "T", "N", "RDOT", "TDOT", "NDOT"] as const

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
export const stateTerms: ReadonlyArray<{ readonly key: string; readonly unit: string }> = [
  "X",
  "Y",
  "Z",
  "X_DOT",
  "Y_DOT",
  "Z_DOT"
].map((key, i) => ({ key, unit: i < 3 ? "km" : "km/s" }))

const keywords = (within: ReadonlyArray<string>, ...keys: ReadonlyArray<string>): ReadonlyArray<CdmKeyword> =>
  keys.map((key) => ({ key, unit: "", within }))

export const headerKeywords = keywords([], "CREATION_DATE", "ORIGINATOR", "MESSAGE_FOR", "MESSAGE_ID")

export const relativeKeywords: ReadonlyArray<CdmKeyword> = [
  { key: "TCA", unit: "", within: [] },
  { key: "MISS_DISTANCE", unit: "m", within: [] },
  { key: "RELATIVE_SPEED", unit: "m/s", within: [] },
  ...["R", "T", "N"].map((axis) => ({ key: `RELATIVE_POSITION_${axis}`, unit: "m", within: ["relativeStateVector"] })),
  ...["R", "T", "N"].map((axis) => ({
    key: `RELATIVE_VELOCITY_${axis}`,
    unit: "m/s",
    within: ["relativeStateVector"]
  })),
  ...keywords([], "START_SCREEN_PERIOD", "STOP_SCREEN_PERIOD", "SCREEN_VOLUME_FRAME", "SCREEN_VOLUME_SHAPE"),
  ...relativeNumbers.map(({ key, unit }) => ({ key, unit, within: [] })),
  ...keywords([], "SCREEN_ENTRY_TIME", "SCREEN_EXIT_TIME", "COLLISION_PROBABILITY", "COLLISION_PROBABILITY_METHOD")
]

const numbersIn = (part: string): ReadonlyArray<CdmKeyword> =>
  objectNumbers.filter((each) => each.in === part).map(({ key, unit }) => ({ key, unit, within: ["data", part] }))

export const objectKeywords: ReadonlyArray<CdmKeyword> = [
  ...keywords(
    ["metadata"],
    "OBJECT",
    "OBJECT_DESIGNATOR",
    "CATALOG_NAME",
    "OBJECT_NAME",
    "INTERNATIONAL_DESIGNATOR",
    "OBJECT_TYPE",
    "OPERATOR_CONTACT_POSITION",
    "OPERATOR_ORGANIZATION",
    "OPERATOR_PHONE",
    "OPERATOR_EMAIL",
    "EPHEMERIS_NAME",
    "COVARIANCE_METHOD",
    "MANEUVERABLE",
    "ORBIT_CENTER",
    "REF_FRAME",
    "GRAVITY_MODEL",
    "ATMOSPHERIC_MODEL",
    "N_BODY_PERTURBATIONS",
    "SOLAR_RAD_PRESSURE",
    "EARTH_TIDES",
    "INTRACK_THRUST"
  ),
  ...keywords(["data", "odParameters"], "TIME_LASTOB_START", "TIME_LASTOB_END"),
  ...numbersIn("odParameters"),
  ...numbersIn("additionalParameters"),
  ...stateTerms.map(({ key, unit }) => ({ key, unit, within: ["data", "stateVector"] })),
  ...covarianceTerms.map(({ key, unit }) => ({ key, unit, within: ["data", "covarianceMatrix"] })),
  ...numbersIn("covarianceMatrix")
]
