/**
 * Feed faults that a scenario can switch on, each counted, so that a test knows what the pipeline must find.
 *
 * - `duplicates`: one record in ten is sent a second time, the same bytes, up to 30 ms later.
 * - `reordering`: records are held back at random, within the lateness of their kind (radar 50 ms, ISL 6 s, optical 8 s).
 * - `clock-bias`: a sensor's clock is 250 ms ahead: its stamps are late by that against the truth measured.
 * - `cross-tag`: the track numbers of two objects that a radar follows at once are exchanged.
 * - `wrong-units`: a radar gives the range in kilometres and the range rate in kilometres per second.
 * - `silent-sensor`: a sensor stops sending.
 *
 * Written `name[=source][@seconds]`, separated by commas: which sensor, and from which second of the scenario on.
 */
import { Result, Schema } from "effect"
import type { UtcTime } from "../time/UtcTime.ts"
import type { Wire } from "./Emission.ts"
import { type Random, stream } from "./random.ts"

export const faultNames = [
  "duplicates",
  "reordering",
  "clock-bias",
  "cross-tag",
  "wrong-units",
  "silent-sensor"
] as const
export type FaultName = (typeof faultNames)[number]

/** One fault: of which sensor (absent: see {@link struckSource}), and from when on, in milliseconds after the start. */
export interface Fault {
  readonly name: FaultName
  readonly sourceId: string | undefined
  readonly afterMillis: number | undefined
}

export class FaultSyntaxError extends Schema.TaggedError<FaultSyntaxError>()("FaultSyntaxError", {
  message: Schema.String
}) {}

const syntax = /^([a-z-]+)(?:=([^@,]+))?(?:@(\d+(?:\.\d+)?)s?)?$/

/** Reads a list such as `duplicates,silent-sensor=radar-2@5`, of sensors among `sources`. An empty text is no fault. */
export const parseFaults = (
  text: string,
  sources: ReadonlySet<string>
): Result.Result<ReadonlyArray<Fault>, FaultSyntaxError> => {
  const faults: Array<Fault> = []
  for (const part of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const match = syntax.exec(part)
    const name = faultNames.find((name) => name === match?.[1])
    if (match === null || name === undefined) {
      return Result.fail(
        new FaultSyntaxError({ message: `Unknown fault "${part}": expected ${faultNames.join(", ")}` })
      )
    }
    if (match[2] !== undefined && !sources.has(match[2])) {
      return Result.fail(new FaultSyntaxError({ message: `Fault "${part}": there is no sensor "${match[2]}"` }))
    }
    faults.push({
      name,
      sourceId: match[2],
      afterMillis: match[3] === undefined ? undefined : Number(match[3]) * 1000
    })
  }
  return Result.succeed(faults)
}

/** How many records each fault has struck: sent twice, held back, wrongly stamped, tagged or scaled, withheld. */
export type FaultCounts = Readonly<Record<FaultName, number>>

export interface FaultScope {
  readonly seed: number
  readonly start: UtcTime
  readonly durationMillis: number
  /** The radars, in the registry's order: a fault that names no sensor strikes one of these. */
  readonly radars: ReadonlyArray<string>
}

/** The faults of one run. State: the counts and the random streams. */
export interface FaultInjector {
  readonly counts: FaultCounts
  /** Whether the sensor is silent at a time; a record withheld is counted. */
  silenced(sourceId: string, time: UtcTime): boolean
  /** Milliseconds to add to the sensor's stamp. */
  clockOffset(sourceId: string, time: UtcTime): number
  /** Factor on a radar's range and range rate. */
  rangeFactor(sourceId: string, time: UtcTime): number
  /** Whether the tracks of a sensor are to be exchanged at a time. Not counted: see {@link FaultInjector.countCrossTag}. */
  crossTags(sourceId: string, time: UtcTime): boolean
  countCrossTag(): void
  /** Milliseconds by which a record is held back. */
  holdBack(wire: Wire, time: UtcTime): number
  /** Milliseconds after which a record is sent again, if it is. */
  duplicateAfter(time: UtcTime): number | undefined
}

const longestHold: Readonly<Record<Wire, number>> = { radar: 50, isl: 6000, optical: 8000 }
const clockBias = 250
const duplicateShare = 0.1
const longestDuplicateDelay = 30

/** The sensor a fault strikes when it names none: for a sensor's own faults one radar each, so that they do not hide each other. */
const struckSource = (name: FaultName, radars: ReadonlyArray<string>): string | undefined => {
  switch (name) {
    case "clock-bias":
      return radars[0]
    case "wrong-units":
      return radars[1 % radars.length]
    case "silent-sensor":
      return radars[2 % radars.length]
    default:
      return undefined
  }
}

/** A quarter of the run, and a minute of one without end. */
const silentAfter = (durationMillis: number): number => Math.min(durationMillis / 4, 60_000)

/** Makes the injector of a run. A fault without a time is on from the start; a silent sensor stops later: {@link silentAfter}. */
export const faultInjector = (faults: ReadonlyArray<Fault>, scope: FaultScope): FaultInjector => {
  const counts: Record<FaultName, number> = {
    duplicates: 0,
    reordering: 0,
    "clock-bias": 0,
    "cross-tag": 0,
    "wrong-units": 0,
    "silent-sensor": 0
  }
  const randoms = new Map<FaultName, Random>(faultNames.map((name) => [name, stream(scope.seed, "fault", name)]))
  const active = faults.map((fault) => ({
    name: fault.name,
    sourceId: fault.sourceId ?? struckSource(fault.name, scope.radars),
    from: scope.start + (fault.afterMillis ?? (fault.name === "silent-sensor" ? silentAfter(scope.durationMillis) : 0))
  }))
  const strikes = (name: FaultName, sourceId: string | undefined, time: UtcTime): boolean =>
    active.some((fault) =>
      fault.name === name && time >= fault.from
      && (sourceId === undefined || fault.sourceId === undefined || fault.sourceId === sourceId)
    )
  const counted = (name: FaultName, sourceId: string | undefined, time: UtcTime): boolean => {
    if (!strikes(name, sourceId, time)) return false
    counts[name] += 1
    return true
  }
  const uniform = (name: FaultName): number => randoms.get(name)?.uniform() ?? 0
  return {
    counts,
    silenced: (sourceId, time) => counted("silent-sensor", sourceId, time),
    clockOffset: (sourceId, time) => counted("clock-bias", sourceId, time) ? clockBias : 0,
    rangeFactor: (sourceId, time) => counted("wrong-units", sourceId, time) ? 0.001 : 1,
    crossTags: (sourceId, time) => strikes("cross-tag", sourceId, time),
    countCrossTag: () => {
      counts["cross-tag"] += 1
    },
    holdBack: (wire, time) => counted("reordering", undefined, time) ? uniform("reordering") * longestHold[wire] : 0,
    duplicateAfter: (time) => {
      if (!strikes("duplicates", undefined, time) || uniform("duplicates") >= duplicateShare) return undefined
      counts.duplicates += 1
      return uniform("duplicates") * longestDuplicateDelay
    }
  }
}
