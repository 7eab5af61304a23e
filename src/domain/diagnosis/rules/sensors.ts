/** Sensors: the hints of `/v1/sources`, weighed against each other. What most sensors share at once is not the fault of each, but of this machine or the catalogue. */
import type { HintCause, SourcesAnswer } from "../../api/sources.ts"
import type { CauseId } from "../causes.ts"
import type { Finding, Rule } from "../Finding.ts"

interface Meaning {
  readonly cause: CauseId
  readonly confidence: number
  readonly explains?: ReadonlyArray<CauseId>
}

const rubbish: ReadonlyArray<CauseId> = [
  "partner-rubbish",
  "uncorrelated-sensor",
  "sparse-sensor",
  "failing-stage",
  "biased-sensor"
]

/** What a hint means. Units and clocks show in the values themselves; a bias is more easily due to something else. */
const meanings: Readonly<Record<HintCause, Meaning>> = {
  silent: { cause: "silent-sensor", confidence: 0.9, explains: ["sparse-sensor", "canaries-lost"] },
  sparse: { cause: "sparse-sensor", confidence: 0.65 },
  kilometres: { cause: "wrong-units", confidence: 0.97, explains: rubbish },
  degrees: { cause: "wrong-units", confidence: 0.95, explains: rubbish },
  "clock-ahead": {
    cause: "sensor-clock",
    confidence: 0.92,
    explains: ["biased-sensor", "uncorrelated-sensor", "partner-rubbish"]
  },
  "clock-behind": {
    cause: "sensor-clock",
    confidence: 0.85,
    explains: ["biased-sensor", "uncorrelated-sensor", "late-data"]
  },
  "cross-tagged": { cause: "cross-tagged", confidence: 0.92, explains: ["uncorrelated-sensor", "biased-sensor"] },
  uncorrelated: { cause: "uncorrelated-sensor", confidence: 0.7, explains: ["biased-sensor"] },
  biased: { cause: "biased-sensor", confidence: 0.62 },
  noisy: { cause: "biased-sensor", confidence: 0.55 },
  slow: { cause: "late-data", confidence: 0.7 },
  late: { cause: "late-data", confidence: 0.8 },
  unreadable: { cause: "partner-rubbish", confidence: 0.85, explains: ["sparse-sensor"] }
}

const ofSensors: Rule = ({ sources }) =>
  sources?.sensors.flatMap(({ hints, silentSeconds, sourceId }) =>
    // What has not spoken for a while was late, or it has become silent; it is not late now.
    hints.filter(({ cause }) => cause !== "slow" || silentSeconds < 10).map(({ cause, since, text }): Finding =>
      Object.assign({ where: sourceId, because: `${sourceId}: ${text}`, since }, meanings[cause])
    )
  ) ?? []

interface Share {
  readonly of: (cause: HintCause) => boolean
  readonly cause: CauseId
  readonly where: string
  readonly explains: ReadonlyArray<CauseId>
  readonly what: string
}

/** Shared by at least this part of those that speak, and by {@link leastSharing}. */
const sharing = 0.6
const leastSharing = 3

const shares: ReadonlyArray<Share> = [
  {
    of: (cause) => cause.startsWith("clock-"),
    cause: "own-clock",
    where: "process",
    explains: ["sensor-clock", "late-data", "biased-sensor"],
    what: "have stamps that are off against this machine's clock"
  },
  {
    of: (cause) => cause === "uncorrelated",
    cause: "catalogue",
    where: "catalogue",
    explains: ["uncorrelated-sensor", "biased-sensor"],
    what: "measure what fits no object"
  },
  {
    of: (cause) => cause === "silent",
    cause: "no-input",
    where: "sources",
    explains: ["silent-sensor", "sparse-sensor", "feed-down", "canaries-lost"],
    what: "are silent"
  }
]

/** A sensor that is to say nothing now cannot share anything. */
const counted = ({ sensors }: SourcesAnswer) => sensors.filter(({ state }) => state !== "idle" && state !== "waiting")

const shared: Rule = ({ sources }) => {
  if (sources === undefined) return []
  const sensors = counted(sources)
  return shares.flatMap(({ cause, explains, of, what, where }): ReadonlyArray<Finding> => {
    const struck = sensors.filter(({ hints }) => hints.some((hint) => of(hint.cause)))
    return struck.length < leastSharing || struck.length < sharing * sensors.length
      ? []
      : [{
        cause,
        where,
        confidence: 0.85,
        because: `${struck.length} of ${sensors.length} sensors ${what}`,
        since: struck.flatMap(({ hints }) =>
          hints.filter((hint) => of(hint.cause)).map(({ since }) => since)
        ).toSorted()[0],
        explains
      }]
  })
}

const median = (values: ReadonlyArray<number>): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Beacons are sent at once: where they take over a second and radars do not, something on their way holds them back. Radars tell that it is not this machine. */
const heldBack: Rule = ({ sources }) => {
  const lags = (of: string) =>
    sources?.sensors.flatMap(({ kind, lag }) => kind === of && lag.meanSeconds !== null ? [lag.meanSeconds] : []) ?? []
  const links = lags("isl")
  const [link, radar] = [median(links), median(lags("radar"))]
  return link === undefined || radar === undefined || links.length < 2 || link < 1 || radar > 0.3 ? [] : [{
    cause: "reordering",
    where: "sources",
    confidence: 0.7,
    because: `beacons come ${link.toFixed(1)} s after they were sent, radar frames after ${radar.toFixed(2)} s`
  }]
}

export const sensorRules: ReadonlyArray<Rule> = [ofSensors, shared, heldBack]
