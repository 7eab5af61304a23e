/** What is noted of one sensor: sums over the last minutes, its speech, and since when each hint holds. */
import type { HintCause } from "../../api/sources.ts"
import { type DeadLetter, ErrorKind } from "../../deadletter/DeadLetter.ts"
import { componentsOf } from "../../orbit/measurement/measurement.ts"
import type { Innovation } from "../../orbit/tracking/Innovation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Observation } from "../Observation.ts"
import type { Sensor } from "../sensors/Sensor.ts"
import type { Sight } from "./expectedSight.ts"
import type { RecentCounts } from "./RecentCounts.ts"
import { RecentSums, slotMillis } from "./RecentSums.ts"
import { Residuals, type ResidualSummary } from "./Residuals.ts"
import { Speech } from "./Speech.ts"
import { suspectedUnit } from "./suspectedUnits.ts"

/** Slots behind which counts are forgotten: two minutes and the slot that runs. */
const recentSlots = 13
/** Of these, those that tell the cadence. */
const cadenceSlots = 7

const field = {
  decoded: 0,
  lagMillis: 1,
  timed: 2,
  ahead: 3,
  unmatched: 4,
  outsideGate: 5,
  hinted: 6,
  crossTagged: 7,
  kilometres: 8,
  degrees: 9,
  future: 10,
  undecoded: 11,
  firstKind: 12
} as const

const kinds = ErrorKind.literals

/** A time stamp is ahead of its receipt by more than clocks that are kept by the network differ. */
const aheadMillis = 20

export class SensorNote {
  readonly sensor: Sensor
  observations = 0
  lastIngest: UtcTime | undefined
  lastLagMillis: number | undefined
  lastDead: string | undefined
  sight: Sight | undefined
  readonly speech = new Speech()
  readonly startedAt: UtcTime
  private readonly sums = new RecentSums(field.firstKind + kinds.length, recentSlots)
  private readonly residuals = new Residuals()
  private observationsAtSlot = 0
  private readonly since = new Map<HintCause, UtcTime>()

  constructor(sensor: Sensor, startedAt: UtcTime) {
    this.sensor = sensor
    this.startedAt = startedAt
  }

  decoded({ ingestTimestamp }: Observation, now: UtcTime): void {
    this.observations++
    if (this.lastIngest === undefined || ingestTimestamp > this.lastIngest) this.lastIngest = ingestTimestamp
    this.sums.add(this.sums.at(now), field.decoded, 1)
  }

  timed({ ingestTimestamp, sensorTimestamp }: Observation, now: UtcTime): void {
    const lag = ingestTimestamp - sensorTimestamp
    this.lastLagMillis = lag
    const base = this.sums.at(now)
    this.sums.add(base, field.lagMillis, lag)
    this.sums.add(base, field.timed, 1)
    if (lag < -aheadMillis) this.sums.add(base, field.ahead, 1)
  }

  refused({ target }: Observation, future: boolean, now: UtcTime): void {
    const base = this.sums.at(now)
    if (future) this.sums.add(base, field.future, 1)
    const unit = suspectedUnit(target)
    if (unit !== undefined) this.sums.add(base, field[unit], 1)
  }

  matched({ objectHint }: Observation, objectId: string | undefined, hintKnown: boolean, now: UtcTime): void {
    const base = this.sums.at(now)
    if (objectId === undefined) this.sums.add(base, field.unmatched, 1)
    if (!hintKnown) return
    this.sums.add(base, field.hinted, 1)
    if (objectId !== undefined && objectId !== objectHint) this.sums.add(base, field.crossTagged, 1)
  }

  met(observation: Observation, innovation: Innovation, now: UtcTime): void {
    if (!innovation.accepted) this.sums.add(this.sums.at(now), field.outsideGate, 1)
    this.residuals.add(observation.target, innovation, componentsOf(observation.target), now)
  }

  gaveUp({ errorKind, message, operator }: DeadLetter, now: UtcTime): void {
    this.lastDead = message
    const base = this.sums.at(now)
    this.sums.add(base, field.firstKind + kinds.indexOf(errorKind), 1)
    if (operator === "decode") this.sums.add(base, field.undecoded, 1)
  }

  closeSlot(sight: Sight | undefined): void {
    this.sight = sight
    this.speech.closed(this.observations - this.observationsAtSlot, sight?.visible)
    this.observationsAtSlot = this.observations
  }

  /** What its hints are now: since when each has held is remembered. */
  hinted(causes: ReadonlySet<HintCause>, now: UtcTime): void {
    for (const cause of this.since.keys()) if (!causes.has(cause)) this.since.delete(cause)
    for (const cause of causes) if (!this.since.has(cause)) this.since.set(cause, now)
  }

  sinceOf(cause: HintCause, now: UtcTime): UtcTime {
    return this.since.get(cause) ?? now
  }

  recent(now: UtcTime, slots = recentSlots): RecentCounts {
    const total = this.sums.total(now, slots)
    const of = (index: number): number => total[index] ?? 0
    const deadByKind = new Map(
      kinds.map((kind, index) => [kind, of(field.firstKind + index)] as const).filter(([, count]) => count > 0)
    )
    const timed = of(field.timed)
    return {
      seconds: this.spanSeconds(now, slots),
      received: of(field.decoded) + of(field.undecoded),
      decoded: of(field.decoded),
      timed,
      meanLagMillis: timed > 0 ? of(field.lagMillis) / timed : undefined,
      ahead: of(field.ahead),
      future: of(field.future),
      kilometres: of(field.kilometres),
      degrees: of(field.degrees),
      uncorrelated: of(field.unmatched) + of(field.outsideGate),
      hinted: of(field.hinted),
      crossTagged: of(field.crossTagged),
      dead: deadByKind.values().reduce((sum, count) => sum + count, 0),
      deadByKind
    }
  }

  residualSummary(now: UtcTime): ResidualSummary {
    return this.residuals.summary(now)
  }

  /** Observations by second over the last minute. */
  perSecond(now: UtcTime): number {
    const seconds = this.spanSeconds(now, cadenceSlots)
    return seconds > 0 ? (this.sums.total(now, cadenceSlots)[field.decoded] ?? 0) / seconds : 0
  }

  private spanSeconds(now: UtcTime, slots: number): number {
    const begin = Math.max(this.startedAt, (Math.floor(now / slotMillis) - slots + 1) * slotMillis)
    return Math.max(0, now - begin) / 1000
  }
}
