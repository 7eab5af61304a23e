/**
 * What is likely wrong with a sensor, from what was noted of it: published causes, each with a bound and a word for a person.
 *
 * A bound is far from what a healthy sensor does by chance, and needs enough observations; the first that explains the others stands alone: who sends
 * kilometres is not told that it is unreadable too. Who is silent is told nothing else.
 */
import type { HintCause } from "../../api/sources.ts"
import { formatDuration } from "../../time/duration.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { definitionOf } from "../sourceKinds.ts"
import type { RecentCounts } from "./RecentCounts.ts"
import type { ComponentResidual, ResidualSummary } from "./Residuals.ts"
import type { SensorNote } from "./SensorNote.ts"

/** What a sensor is compared with. */
export interface Peers {
  /** The median of all sensors' mean lags: what lies at our own receipt is in all of them. */
  readonly medianLagMillis: number
}

/** Slots in which a clock or a unit must show: half a minute. */
const freshSlots = 4

export interface Hint {
  readonly cause: HintCause
  readonly text: string
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`

const shareOf = (part: number, all: number): number => all > 0 ? part / all : 0

const seconds = (millis: number): string => `${(millis / 1000).toFixed(2)} s`

const unitHints = ({ decoded, degrees, kilometres }: RecentCounts): ReadonlyArray<Hint> => {
  if (kilometres >= 5 && shareOf(kilometres, decoded) >= 0.5) {
    return [{
      cause: "kilometres",
      text:
        `${
          percent(shareOf(kilometres, decoded))
        } of its measurements are impossible in metres and fit a thousand times `
        + "larger: it sends kilometres"
    }]
  }
  return degrees >= 5 && shareOf(degrees, decoded) >= 0.5
    ? [{
      cause: "degrees",
      text: `${percent(shareOf(degrees, decoded))} of its angles are impossible in radians and fit as degrees`
    }]
    : []
}

/** Both ways to see a clock: stamps after their receipt, and ranges that run ahead of or behind the tracks. */
const clockHints = (recent: RecentCounts, { clockOffset }: ResidualSummary): ReadonlyArray<Hint> => {
  const { ahead, decoded, future, meanLagMillis, timed } = recent
  if (future >= 5 && shareOf(future, decoded) >= 0.5) {
    return [{
      cause: "clock-ahead",
      text: `${
        percent(shareOf(future, decoded))
      } of its time stamps are more than 5 s in the future: its clock is ahead`
    }]
  }
  if (timed >= 10 && meanLagMillis !== undefined && shareOf(ahead, timed) >= 0.8) {
    return [{
      cause: "clock-ahead",
      text: `its time stamps lie ${
        seconds(-meanLagMillis)
      } after their receipt on average: its clock is ahead by at least that`
    }]
  }
  if (clockOffset === undefined || clockOffset.count < 100) return []
  const { seconds: offset, sigma } = clockOffset
  return Math.abs(offset) > leastClockSeconds && Math.abs(offset) > 10 * sigma
    ? [{
      cause: offset > 0 ? "clock-ahead" : "clock-behind",
      text: `its ranges fit tracks of other sensors where its time stamps are ${Math.abs(offset).toFixed(3)} s too `
        + `${offset > 0 ? "late: its clock is ahead" : "early: its clock is behind"}`
    }]
    : []
}

/** A sensor that shares its tracks with one whose clock is off seems a little off itself. */
const leastClockSeconds = 0.05

const residualHints = ({ components }: ResidualSummary): ReadonlyArray<Hint> => {
  const enough = components.filter(({ count }) => count >= 50)
  const biased = worst(enough, ({ normalisedBias }) => Math.abs(normalisedBias))
  const noisy = worst(enough, ({ normalisedScatter }) => normalisedScatter)
  return [
    ...(biased !== undefined && Math.abs(biased.normalisedBias) >= 1
      ? [{
        cause: "biased" as const,
        text: `its ${biased.component} is ${scale(biased.bias, biased.unit)} off on average, `
          + `${Math.abs(biased.normalisedBias).toFixed(1)} of its own sigmas`
      }]
      : []),
    ...(noisy !== undefined && noisy.normalisedScatter >= 2
      ? [{
        cause: "noisy" as const,
        text: `its ${noisy.component} scatters ${noisy.normalisedScatter.toFixed(1)} times as much as its sigmas say`
      }]
      : [])
  ]
}

const worst = (
  components: ReadonlyArray<ComponentResidual>,
  of: (component: ComponentResidual) => number
): ComponentResidual | undefined => components.toSorted((a, b) => of(b) - of(a))[0]

const scale = (value: number, unit: ComponentResidual["unit"]): string =>
  unit === "rad" ? `${(value * 180 / Math.PI).toFixed(4)} degrees` : `${value.toFixed(value < 1 ? 3 : 1)} ${unit}`

const flowHints = (
  note: SensorNote,
  recent: RecentCounts,
  now: UtcTime,
  { medianLagMillis }: Peers
): ReadonlyArray<Hint> => {
  const { dead, deadByKind, meanLagMillis, received, timed, uncorrelated } = recent
  const late = deadByKind.get("Late") ?? 0
  const unreadable = dead - late - (deadByKind.get("Shed") ?? 0)
  const { latenessMillis, sensor } = definitionOf(note.sensor.kind)
  const expected = note.speech.expected(note.sight?.visible)
  const expectedPerSecond = expected === undefined ? undefined : expected / 10
  const perSecond = note.perSecond(now)
  return [
    ...(received >= 10 && shareOf(unreadable, received) >= 0.2
      ? [{
        cause: "unreadable" as const,
        text: `${percent(shareOf(unreadable, received))} of its records are given up: ${note.lastDead ?? ""}`
      }]
      : []),
    ...(received >= 10 && shareOf(late, received) >= 0.1
      ? [{
        cause: "late" as const,
        text: `${percent(shareOf(late, received))} of its records come too late and are given up`
      }]
      : []),
    ...(timed >= 10 && meanLagMillis !== undefined &&
        meanLagMillis > latenessMillis + 5000 + Math.max(0, medianLagMillis)
      ? [{
        cause: "slow" as const,
        text: `its data comes ${seconds(meanLagMillis)} after the measurement; ${sensor} may take ${
          formatDuration(latenessMillis)
        }`
      }]
      : []),
    ...(timed >= 20 && shareOf(uncorrelated, timed) >= 0.5
      ? [{
        cause: "uncorrelated" as const,
        text: `${percent(shareOf(uncorrelated, timed))} of what it measures fits no object of the catalogue`
      }]
      : []),
    ...(expectedPerSecond !== undefined && expectedPerSecond * 60 >= 50 && perSecond < 0.25 * expectedPerSecond
      ? [{
        cause: "sparse" as const,
        text: `it gives ${perSecond.toFixed(1)} observations a second, expected are about ${
          expectedPerSecond.toFixed(1)
        }`
      }]
      : [])
  ]
}

/** The first explains the most. */
export const hintsOf = (note: SensorNote, now: UtcTime, peers: Peers): ReadonlyArray<Hint> => {
  if (note.speech.isSilent) {
    const since = now - (note.lastIngest ?? note.startedAt)
    return [{
      cause: "silent",
      text:
        `nothing ${note.lastIngest === undefined ? "since the start, " : "for "}${
          formatDuration(Math.round(since / 1000) * 1000)
        }`
        + `${note.sight?.visible === undefined ? "" : `, with ${note.sight.visible} to see now (${note.sight.basis})`}`
    }]
  }
  const recent = note.recent(now)
  const residuals = note.residualSummary(now)
  const fresh = note.recent(now, freshSlots)
  const units = unitHints(fresh)
  if (units.length > 0) return units
  const clock = clockHints(fresh, residuals)
  const tags: ReadonlyArray<Hint> = recent.hinted >= 20 && shareOf(recent.crossTagged, recent.hinted) >= 0.1
    ? [{
      cause: "cross-tagged",
      text: `${
        percent(shareOf(recent.crossTagged, recent.hinted))
      } of its track numbers are those of other objects than it measures`
    }]
    : []
  const flow = flowHints(note, recent, now, peers)
  const first = [...clock, ...tags]
  return first.length > 0
    ? [...first, ...flow.filter(({ cause }) => cause === "sparse")]
    : [...flow, ...residualHints(residuals)]
}
