import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Layer, Result } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { createServer } from "node:net"
import { islBeaconLength } from "../../../src/domain/observation/formats/islBeacon.ts"
import { decodeOpticalPage } from "../../../src/domain/observation/formats/opticalArchive.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { format } from "../../../src/domain/time/UtcTime.ts"
import * as ScenarioClock from "../../../src/layers/simulator/ScenarioClock.ts"
import { Simulator } from "../../../src/layers/simulator/Simulator.ts"
import { scenario, scenarioOptions } from "../../support/scenario.ts"

const seed = 7
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

/** A UDP and a TCP listener that keep what arrives. */
const listeners = Effect.acquireRelease(
  Effect.promise(async () => {
    const datagrams: Array<string> = []
    const udp = createSocket("udp4")
    udp.on("message", (bytes) => datagrams.push(hex(bytes)))
    udp.bind(0, "127.0.0.1")
    await once(udp, "listening")
    const connections: Array<{ chunks: Array<Buffer>; ended: boolean }> = []
    const tcp = createServer((socket) => {
      const connection = { chunks: new Array<Buffer>(), ended: false }
      connections.push(connection)
      socket.on("data", (chunk) => connection.chunks.push(chunk))
      socket.on("end", () => {
        connection.ended = true
      })
      socket.on("error", () => undefined)
    })
    tcp.listen(0, "127.0.0.1")
    await once(tcp, "listening")
    const address = tcp.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { datagrams, connections, udp, tcp, udpPort: udp.address().port, tcpPort: port }
  }),
  ({ tcp, udp }) =>
    Effect.sync(() => {
      udp.close()
      tcp.close()
    })
)

const poll = (url: string) =>
  Effect.flatMap(HttpClient.get(`${url}?since=${format(seededStart)}&limit=1000`), ({ text }) => text).pipe(
    Effect.map((text) => Result.getOrThrow(decodeOpticalPage(text)).observations),
    Effect.provide(FetchHttpClient.layer)
  )

/** The layer of a scenario, on a clock that starts with it. */
const world = (seconds: number, speed: number, faults = "") =>
  Layer.provideMerge(
    Simulator.layer(scenarioOptions({ seed, seconds, faults })),
    ScenarioClock.layer({ start: seededStart, speed })
  )

const expected = (wire: string, seconds: number, faults = "") =>
  Array.from(scenario({ seed, seconds, faults }).emissions).filter((emission) => emission.wire === wire)

describe("Simulator", () => {
  it.live.each([{ faults: "", speed: 20 }, { faults: "duplicates,reordering", speed: 40 }])(
    "sends over real sockets exactly what the scenario holds, faults [$faults], at speed $speed",
    ({ faults, speed }) =>
      Effect.gen(function*() {
        const { connections, datagrams, tcpPort, udpPort } = yield* listeners
        const simulator = yield* Simulator
        const report = yield* simulator.drive({
          radar: { host: "127.0.0.1", port: udpPort },
          isl: { host: "127.0.0.1", port: tcpPort }
        })
        expect(yield* Clock.currentTimeMillis).toBeGreaterThanOrEqual(simulator.end)

        const radar = expected("radar", 20, faults).map(({ bytes }) => hex(bytes))
        expect(datagrams).toEqual(radar)

        const beacons = expected("isl", 20, faults)
        const sources = [...new Set(beacons.map(({ sourceId }) => sourceId))]
        expect(connections).toHaveLength(sources.length)
        const received = connections.map(({ chunks }) => hex(Buffer.concat(chunks))).sort()
        const perSource = sources.map((source) =>
          beacons.filter(({ sourceId }) => sourceId === source).map(({ bytes }) => hex(bytes)).join("")
        )
        expect(received).toEqual(perSource.sort())
        expect(received[0]?.length).toBeGreaterThan(10 * 2 * islBeaconLength)

        const optical = expected("optical", 20, faults)
        const page = yield* poll(simulator.archiveUrl)
        const texts = optical.map(({ bytes }) => new TextDecoder().decode(bytes))
        expect(page.map((record) => JSON.stringify(record)).sort()).toEqual(texts.sort())
        yield* poll(simulator.archiveUrl)
        yield* simulator.archiveDrained
        expect(yield* simulator.archiveLastRecordTime).toBe(
          Math.max(...optical.map(({ sensorTimestamp }) => sensorTimestamp))
        )

        expect(report.sent).toEqual({ radar: radar.length, isl: beacons.length, optical: optical.length })
        expect(report.distinct.radar).toBe(new Set(radar).size)
        expect(report.distinct.optical).toBe(new Set(texts).size)
        expect(report.refused).toEqual({ radar: 0, isl: 0, optical: 0 })
      }).pipe(Effect.scoped, Effect.provide(world(20, speed, faults)))
  )

  it.live("a flood that is all due at once loses no datagram in a listener of the same process", () =>
    Effect.gen(function*() {
      const { datagrams, tcpPort, udpPort } = yield* listeners
      const simulator = yield* Simulator
      const report = yield* simulator.drive({
        radar: { host: "127.0.0.1", port: udpPort },
        isl: { host: "127.0.0.1", port: tcpPort }
      })
      expect(report.sent.radar).toBeGreaterThan(3000)
      expect(datagrams).toHaveLength(report.sent.radar)
    }).pipe(Effect.scoped, Effect.provide(world(60, 100_000))))

  it.live("with nobody listening it goes on to the end and counts what was refused", () =>
    Effect.gen(function*() {
      const nowhere = { host: "127.0.0.1", port: 9 }
      const simulator = yield* Simulator
      const report = yield* simulator.drive({ radar: nowhere, isl: nowhere })
      expect(report.sent.radar).toBe(expected("radar", 10).length)
      expect(report.refused.isl).toBe(report.sent.isl)
      expect(report.refused.radar).toBeGreaterThan(0)
    }).pipe(Effect.scoped, Effect.provide(world(10, 1000))))
})
