/**
 * A scenario as files instead of sockets: the observations as JSON lines, and the true conjunctions beside them.
 *
 * Each line is decoded from the very frame that a live run would send, so that the ids are the same. Lines are in the order of sending;
 * the ingest time is the time of sending. The output is written as it is made: memory does not grow with the length of the scenario.
 */
import { Clock, Effect, type FileSystem, type PlatformError, Result, Schema, type Stdio, Stream } from "effect"
import { decodeRawRecord } from "../../domain/observation/formats/decodeRawRecord.ts"
import type { Observation } from "../../domain/observation/Observation.ts"
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import type { Emission, Wire } from "../../domain/simulation/Emission.ts"
import type { FaultCounts } from "../../domain/simulation/faults.ts"
import type { Scenario } from "../../domain/simulation/scenario.ts"
import { truthConjunctions, truthLine } from "../../domain/simulation/truth/truthConjunctions.ts"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"
import { outputSink } from "../runtime/outputSink.ts"

/** A simulated frame that cannot be decoded: the sensors of the scenario are not those of the registry. */
export class WriteScenarioError extends Schema.TaggedError<WriteScenarioError>()("WriteScenarioError", {
  sourceId: Schema.String,
  message: Schema.String
}) {}

/** How far a scenario has been written. */
export interface Progress {
  /** Send time of the last observation. */
  readonly time: UtcTime
  readonly observations: number
}

interface WriteScenarioOptions {
  readonly scenario: Scenario
  readonly registry: SensorRegistry
  /** The file of JSON lines; a pipe or `-` for the standard output. */
  readonly out: string
  /** Called about once a second, and at the end. */
  readonly onProgress?: (progress: Progress) => Effect.Effect<void>
}

interface WriteScenarioReport {
  readonly observations: number
  readonly bySourceKind: Readonly<Record<Wire, number>>
  readonly faults: FaultCounts
}

/** The observation of an emission, as a live source and the decode stage would make it. */
export const observationOf = (
  emission: Emission,
  registry: SensorRegistry
): Result.Result<Observation, WriteScenarioError> => {
  const { bytes, sendAt, sourceId, wire } = emission
  const raw = { format: wire, source: wire, bytes, locator: `simulator:${sourceId}` }
  return Result.mapError(
    decodeRawRecord(raw, { receivedAt: sendAt }, registry),
    ({ message }) => new WriteScenarioError({ sourceId, message })
  )
}

/**
 * An observation's line without its newline: what `encodeObservationLine` gives, at a quarter of its cost, which is most of the cost of
 * a large file. What it is given was just decoded, so there is nothing left for a schema to judge.
 */
export const observationLine = (observation: Observation): string =>
  JSON.stringify({
    ...observation,
    sensorTimestamp: format(observation.sensorTimestamp),
    ingestTimestamp: format(observation.ingestTimestamp)
  })

const linesInArray = 512
const utf8 = new TextEncoder()

/** Writes the observations of a scenario to a file that is made or replaced. */
export const writeObservations = Effect.fn("writeObservations")(function*(
  { onProgress = () => Effect.void, out, registry, scenario }: WriteScenarioOptions
): Effect.fn.Return<
  WriteScenarioReport,
  WriteScenarioError | PlatformError.PlatformError,
  FileSystem.FileSystem | Stdio.Stdio
> {
  const clock = yield* Clock.Clock
  const counts: Record<Wire, number> = { radar: 0, optical: 0, isl: 0 }
  let observations = 0
  let told = clock.monotonicTimeNanosUnsafe()

  const encode = Effect.fnUntraced(function*(emissions: ReadonlyArray<Emission>) {
    let text = ""
    for (const emission of emissions) {
      const observation = observationOf(emission, registry)
      if (Result.isFailure(observation)) return yield* observation.failure
      text += `${observationLine(observation.success)}\n`
      counts[emission.wire] += 1
    }
    observations += emissions.length
    const time = emissions.at(-1)?.sendAt
    const now = clock.monotonicTimeNanosUnsafe()
    if (time !== undefined && now - told >= 1_000_000_000n) {
      told = now
      yield* onProgress({ time, observations })
    }
    return utf8.encode(text)
  })

  yield* Stream.fromIterable(scenario.emissions, { chunkSize: linesInArray }).pipe(
    Stream.chunks,
    Stream.mapEffect(encode),
    Stream.run(outputSink(out))
  )
  yield* onProgress({ time: scenario.end, observations })
  return { observations, bySourceKind: counts, faults: { ...scenario.faultCounts } }
})

/**
 * Writes the true conjunctions of a scenario, from its start to `horizonMillis` after its end, as JSON lines in order of TCA.
 * Gives how many there are.
 */
export const writeTruth = Effect.fn("writeTruth")(function*(
  scenario: Scenario,
  horizonMillis: number,
  file: string
): Effect.fn.Return<number, PlatformError.PlatformError, FileSystem.FileSystem | Stdio.Stdio> {
  let count = 0
  yield* Stream.fromIterable(truthConjunctions(scenario.truth, scenario.start, scenario.end + horizonMillis)).pipe(
    Stream.map((conjunction) => {
      count += 1
      return utf8.encode(`${truthLine(conjunction)}\n`)
    }),
    Stream.run(outputSink(file))
  )
  return count
})
