/**
 * The simulated world outside the pipeline: it drives the three wire protocols over loopback sockets from a scenario.
 *
 * Radar frames go out as UDP datagrams, ISL beacons over one TCP connection a satellite, optical records into an HTTP archive that the
 * optical source polls. Each is sent when the `Clock` (the scenario's) reaches its time, never before. A seed fixes which frames are
 * sent and how many: however late the machine is, all are sent in order, at most {@link burst} between two turns of the event loop, so that
 * a receiver in this process reads in between and loses none.
 *
 * It knows nothing of the pipeline but the addresses of its sources. Memory: the scenario's, and the archive's newest records.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import type { Emission, Wire } from "../../domain/simulation/Emission.ts"
import type { FaultCounts } from "../../domain/simulation/faults.ts"
import { makeScenario, type ScenarioOptions, silence } from "../../domain/simulation/scenario.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { type ArchiveRecord, makeOpticalArchive, type OpticalArchiveError } from "./OpticalArchive.ts"
import * as ScenarioClock from "./ScenarioClock.ts"
import { type Endpoint, eventLoopTurn, makeDatagrams, makeLinks, type TransportError } from "./transports.ts"

/** Records sent between two turns of the event loop. A turn reads up to 32 datagrams of a socket, so a receiver here keeps up. */
export const burst = 16

/** Records by wire. */
export type WireCounts = Readonly<Record<Wire, number>>

export interface DriveReport {
  readonly sent: WireCounts
  /** What the system did not take: nobody listened. 0 for optical: it is pulled. */
  readonly refused: WireCounts
  /** Records by wire of which no earlier one has the same bytes: as many ids as a source that lost nothing has seen. */
  readonly distinct: WireCounts
  readonly faults: FaultCounts
}

export class Simulator extends Context.Service<Simulator, {
  /** The optical archive's address, served from the moment the Layer is built. */
  readonly archiveUrl: string
  /** First instant of the scenario, and the one at which it is over. */
  readonly start: UtcTime
  readonly end: UtcTime
  /**
   * Sends the whole scenario, paced by the clock, and ends when the clock reaches its end: everything with an earlier send time
   * is then sent, connections are ended and the archive is complete. Runs once: a second call finds nothing left.
   */
  drive(sources: { readonly radar: Endpoint; readonly isl: Endpoint }): Effect.Effect<DriveReport, TransportError>
  /**
   * Ends when the drive is over and every record of the archive was in an answer after which the poller came again. A poller that gave up
   * on an answer comes again too: who must be certain waits until the source has counted {@link DriveReport.distinct} records.
   */
  readonly archiveDrained: Effect.Effect<void>
  /** Event time of the archive's newest record. */
  readonly archiveLastRecordTime: Effect.Effect<UtcTime | undefined>
  /** Sent so far, without what was refused. */
  readonly sent: () => WireCounts
  /** Scenario time up to which everything has been sent: behind the clock when the machine is. */
  readonly sentUntil: () => UtcTime
}>()("perigee/layers/simulator/Simulator") {
  /** The simulator of one scenario. The clock in force when `drive` is called paces it. */
  static readonly layer = (options: ScenarioOptions): Layer.Layer<Simulator, OpticalArchiveError> =>
    Layer.effect(Simulator, make(options))
}

const utf8 = new TextDecoder()

const make = Effect.fnUntraced(function*(options: ScenarioOptions) {
  // Sensors have clocks of their own: who takes their data may have another.
  const clock = yield* Clock.Clock
  const scenario = makeScenario(options)
  const silent = silence(scenario)
  if (silent !== undefined) yield* Effect.logWarning(`simulator: ${silent}`)
  const archive = yield* makeOpticalArchive
  const sent: Record<Wire, number> = { radar: 0, optical: 0, isl: 0 }
  const refused: Record<Wire, number> = { radar: 0, optical: 0, isl: 0 }
  const distinct: Record<Wire, number> = { radar: 0, optical: 0, isl: 0 }
  const emissions = scenario.emissions[Symbol.iterator]()
  let next = emissions.next()

  // Untraced: its span would last as long as the run and hold every send.
  const drive = Effect.fnUntraced(
    function*(sources: { readonly radar: Endpoint; readonly isl: Endpoint }) {
      const datagrams = yield* makeDatagrams(sources.radar)
      const links = yield* makeLinks(sources.isl)

      /** Sends what is due, in order within each wire. */
      const deliver = Effect.fnUntraced(function*(due: ReadonlyArray<Emission>) {
        const frames: Array<Uint8Array> = []
        const records: Array<ArchiveRecord> = []
        for (const { again, bytes, sensorTimestamp, sourceId, wire } of due) {
          sent[wire] += 1
          if (!again) distinct[wire] += 1
          if (wire === "radar") frames.push(bytes)
          else if (wire === "optical") records.push({ time: sensorTimestamp, json: utf8.decode(bytes) })
          else if (!(yield* links.send(sourceId, bytes))) refused.isl += 1
        }
        refused.radar += yield* datagrams.send(frames)
        archive.publish(records)
      })

      while (next.done !== true) {
        const now = yield* ScenarioClock.now
        if (next.value.sendAt > now) {
          yield* Effect.sleep(Duration.millis(next.value.sendAt - now))
          continue
        }
        const due: Array<Emission> = []
        while (next.done !== true && next.value.sendAt <= now && due.length < burst) {
          due.push(next.value)
          next = emissions.next()
        }
        yield* deliver(due)
        yield* eventLoopTurn
      }
      yield* Effect.sleep(Duration.millis(Math.max(0, scenario.end - (yield* ScenarioClock.now))))
      yield* links.end
      yield* archive.close
      return {
        sent: { ...sent },
        refused: { ...refused },
        distinct: { ...distinct },
        faults: { ...scenario.faultCounts }
      } satisfies DriveReport
    },
    Effect.scoped,
    Effect.provideService(Clock.Clock, clock)
  )

  return Simulator.of({
    archiveUrl: archive.url,
    start: scenario.start,
    end: scenario.end,
    drive,
    archiveDrained: archive.drained,
    archiveLastRecordTime: Effect.sync(archive.lastRecordTime),
    sent: () => ({
      radar: sent.radar - refused.radar,
      optical: sent.optical - refused.optical,
      isl: sent.isl - refused.isl
    }),
    sentUntil: () => next.done === true ? scenario.end : next.value.sendAt
  })
})
