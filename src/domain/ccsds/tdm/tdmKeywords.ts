/** The keywords of a Tracking Data Message (CCSDS 503.0-B-2, tables 3-2, 3-3 and 3-5). */

const numbered = (stem: string): ReadonlyArray<string> => [1, 2, 3, 4, 5].map((n) => `${stem}_${n}`)

export const headerKeys: ReadonlySet<string> = new Set([
  "CCSDS_TDM_VERS",
  "CREATION_DATE",
  "ORIGINATOR",
  "MESSAGE_ID"
])

/** Metadata whose value is a number. */
export const numericMetadata: ReadonlySet<string> = new Set([
  "TURNAROUND_NUMERATOR",
  "TURNAROUND_DENOMINATOR",
  "INTEGRATION_INTERVAL",
  "FREQ_OFFSET",
  "RANGE_MODULUS",
  "INTERPOLATION_DEGREE",
  "DOPPLER_COUNT_BIAS",
  "DOPPLER_COUNT_SCALE",
  ...numbered("TRANSMIT_DELAY"),
  ...numbered("RECEIVE_DELAY"),
  "CORRECTION_ANGLE_1",
  "CORRECTION_ANGLE_2",
  "CORRECTION_DOPPLER",
  "CORRECTION_MAG",
  "CORRECTION_RANGE",
  "CORRECTION_RCS",
  "CORRECTION_RECEIVE",
  "CORRECTION_TRANSMIT",
  "CORRECTION_ABERRATION_YEARLY",
  "CORRECTION_ABERRATION_DIURNAL"
])

/** Metadata whose value is one of the standard's list. */
export const listedMetadata: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["MODE", ["SEQUENTIAL", "SINGLE_DIFF"]],
  ["TIMETAG_REF", ["TRANSMIT", "RECEIVE"]],
  ["INTEGRATION_REF", ["START", "MIDDLE", "END"]],
  ["RANGE_MODE", ["COHERENT", "CONSTANT", "ONE_WAY"]],
  ["RANGE_UNITS", ["KM", "S", "RU"]],
  ["DOPPLER_COUNT_ROLLOVER", ["YES", "NO"]],
  ["DATA_QUALITY", ["RAW", "VALIDATED", "DEGRADED"]],
  ["CORRECTIONS_APPLIED", ["YES", "NO"]]
])

export const metadataKeys: ReadonlySet<string> = new Set([
  "TRACK_ID",
  "DATA_TYPES",
  "TIME_SYSTEM",
  "START_TIME",
  "STOP_TIME",
  ...numbered("PARTICIPANT"),
  "PATH",
  "PATH_1",
  "PATH_2",
  ...numbered("EPHEMERIS_NAME"),
  "TRANSMIT_BAND",
  "RECEIVE_BAND",
  "ANGLE_TYPE",
  "REFERENCE_FRAME",
  "INTERPOLATION",
  ...numericMetadata,
  ...listedMetadata.keys()
])

/** What an observation is made of. */
export const measuredKeys: ReadonlySet<string> = new Set([
  "RANGE",
  "DOPPLER_INSTANTANEOUS",
  "DOPPLER_INTEGRATED",
  "ANGLE_1",
  "ANGLE_2"
])

/** What is passed over: it measures nothing that an observation holds. */
export const ancillaryKeys: ReadonlySet<string> = new Set([
  "RCS",
  "MAG",
  "CARRIER_POWER",
  "PC_N0",
  "PR_N0",
  "PRESSURE",
  "RHUMIDITY",
  "TEMPERATURE",
  "TROPO_DRY",
  "TROPO_WET",
  "STEC",
  "CLOCK_BIAS",
  "CLOCK_DRIFT",
  "RECEIVE_FREQ",
  ...["RECEIVE_FREQ", "TRANSMIT_FREQ", "TRANSMIT_FREQ_RATE", "RECEIVE_PHASE_CT", "TRANSMIT_PHASE_CT"].flatMap(numbered)
])
