/**
 * Where a run's observations come from: a file, real sensors, or the simulator that drives the same sockets as real sensors would.
 */
import { Duration, Effect, Fiber, type Scope } from "effect"
import type { HttpClient } from "effect/http"
import { statSync } from "node:fs"
import type { PushedKind } from "../../domain/observation/sourceKinds.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { CanaryWire } from "../../layers/canary/CanaryInjector.ts"
import { Simulator } from "../../layers/simulator/Simulator.ts"
import type { CursorStore } from "../../layers/sources/CursorStore.ts"
import { makeFileSource } from "../../layers/sources/FileSource.ts"
import { makeIslTcp } from "../../layers/sources/IslTcp.ts"
import { makeOpticalHttp } from "../../layers/sources/OpticalHttp.ts"
import { makeRadarUdp } from "../../layers/sources/RadarUdp.ts"
import type { Source, SourceError } from "../../layers/sources/Source.ts"
import { SourceStats } from "../../layers/sources/SourceStats.ts"
import { makeCanaryWires } from "./canaryWires.ts"

export interface World {
  /** Its input has an end of its own: a file. */
  readonly isBounded: boolean
  /** When it is over, nothing more will ever come of it: what is open is closed. Else it is left open, for the next run. */
  readonly isWhole: boolean
  /** Its sensors send as things happen: time passes by the clock alone, never because the data of another sensor was read first. */
  readonly isLive?: boolean
  readonly sources: ReadonlyArray<Source>
  /** Ends when the scenario is over. Real sensors go on for ever, and a file's source ends by itself. */
  readonly over: Effect.Effect<void>
  /** What is sent and not received yet: while there is something, no source is called idle. */
  readonly underWay: () => number
  /** How far time has come at the sensors, or `undefined` where only the observations tell. */
  readonly now: (clock: UtcTime) => UtcTime | undefined
  /** How much of a bounded input has been read, 0 to 1; absent where it has no end that is known. */
  readonly readShare?: () => number | undefined
  /** Where canaries are sent. */
  readonly canaryWires: ReadonlyArray<CanaryWire>
}

/** A bounded file. Time is what its observations say. */
export const fileWorld = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<World, SourceError, Scope.Scope | SourceStats> {
  let read = 0
  const source = yield* makeFileSource({
    path,
    onRead: (bytes) => {
      read += bytes
    }
  })
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return {
    isBounded: true,
    isWhole: true,
    sources: [source],
    over: Effect.never,
    underWay: () => 0,
    now: () => undefined,
    readShare: () => size > 0 ? read / size : undefined,
    canaryWires: []
  }
})

interface Endpoints {
  /** By kind of sensor, for those that push. */
  readonly listen: Readonly<Record<PushedKind, { readonly host: string; readonly port: number }>>
  readonly receiveBufferBytes: number
  readonly islMaximumClients: number
  readonly islIdleMillis: number
  readonly opticalUrl: string | undefined
  readonly opticalPollMillis: number
}

/** The sockets that sensors send to, and the archive that is polled if there is one. */
export const sensorWorld = Effect.fnUntraced(function*(
  { islIdleMillis, islMaximumClients, listen, opticalPollMillis, opticalUrl, receiveBufferBytes }: Endpoints
): Effect.fn.Return<World, SourceError, Scope.Scope | SourceStats | CursorStore | HttpClient.HttpClient> {
  const radarSource = yield* makeRadarUdp({ ...listen.radar, receiveBufferBytes })
  const islSource = yield* makeIslTcp({
    ...listen.isl,
    maximumClients: islMaximumClients,
    idleTimeout: islIdleMillis
  })
  const sources: Array<Source> = [radarSource, islSource]
  if (opticalUrl !== undefined) {
    sources.push(yield* makeOpticalHttp({ url: opticalUrl, pollInterval: opticalPollMillis }))
  }
  const canaries = yield* makeCanaryWires({
    radar: { host: listen.radar.host, port: radarSource.port },
    isl: { host: listen.isl.host, port: islSource.port },
    optical: opticalUrl === undefined ? undefined : { pollInterval: opticalPollMillis }
  })
  return {
    isBounded: false,
    isWhole: false,
    isLive: true,
    sources: [...sources, ...canaries.sources],
    over: Effect.never,
    underWay: () => 0,
    now: (clock) => clock,
    canaryWires: canaries.wires
  }
})

/** The simulator on loopback. Over when its scenario is, and all it sent has been received. */
export const simulatedWorld = Effect.fnUntraced(function*(options: {
  readonly receiveBufferBytes: number
  readonly opticalPollMillis: number
  /** Scenario seconds a second: what waits for a socket of this machine waits in real time. */
  readonly speed: number
  /** The scenario is the same each time: one that has a seed. */
  readonly isWhole: boolean
}): Effect.fn.Return<
  World,
  SourceError,
  Scope.Scope | SourceStats | CursorStore | HttpClient.HttpClient | Simulator
> {
  const { isWhole, opticalPollMillis, receiveBufferBytes, speed } = options
  const simulator = yield* Simulator
  const stats = yield* SourceStats
  const host = "127.0.0.1"
  const radar = yield* makeRadarUdp({ host, port: 0, receiveBufferBytes })
  const isl = yield* makeIslTcp({ host, port: 0, idleTimeout: Duration.minutes(5 * speed) })
  const optical = yield* makeOpticalHttp({
    url: simulator.archiveUrl,
    pollInterval: opticalPollMillis,
    requestTimeout: Duration.seconds(5 * speed),
    startAt: simulator.start - 60_000
  })
  const received = (name: string) => stats.counters(name).received
  const underWay = () => {
    const sent = simulator.sent()
    return sent.radar - received(radar.name) + sent.isl - received(isl.name)
  }
  const drive = yield* Effect.forkScoped(simulator.drive({
    radar: { host, port: radar.port },
    isl: { host, port: isl.port }
  }))
  const over = Effect.gen(function*() {
    const { distinct } = yield* Effect.orDie(Fiber.join(drive))
    // Loopback loses nothing; should it ever, the run still ends.
    yield* Effect.sleep("10 millis").pipe(
      Effect.repeat({ while: () => underWay() > 0 || received(optical.name) < distinct.optical }),
      Effect.timeoutOption(Duration.seconds(30 * speed))
    )
  })
  const canaries = yield* makeCanaryWires({
    radar: { host, port: radar.port },
    isl: { host, port: isl.port },
    optical: { pollInterval: opticalPollMillis, requestTimeout: Duration.seconds(5 * speed) }
  })
  return {
    isBounded: false,
    isWhole,
    sources: [radar, optical, isl, ...canaries.sources],
    over,
    underWay,
    now: (clock) => Math.min(clock, simulator.sentUntil()),
    canaryWires: canaries.wires
  }
})
