import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result, Stream } from "effect"
import * as Net from "node:net"
import { decodeIslBeacon, encodeIslBeacon } from "../../../src/domain/observation/formats/islBeacon.ts"
import { Symptoms } from "../../../src/layers/logging/Symptoms.ts"
import { Descriptors } from "../../../src/layers/runtime/Descriptors.ts"
import { makeIslTcp } from "../../../src/layers/sources/IslTcp.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { collectLogs } from "../../support/collectedLogs.ts"

const beacon = (satelliteId: number) =>
  encodeIslBeacon({
    satelliteId,
    time: 1_767_225_600_000,
    frame: "TEME",
    position: [7e6, 0, 0],
    velocity: [0, 7500, 0],
    covariance: undefined
  })

const connect = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<Net.Socket>((resume) => {
      const socket = Net.connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
      socket.on("error", () => {})
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const closed = (socket: Net.Socket) =>
  Effect.callback<void>((resume) => {
    socket.resume()
    socket.once("close", () => resume(Effect.void))
    if (socket.destroyed) resume(Effect.void)
  })

const satellitesOf = (records: ReadonlyArray<{ readonly raw: { readonly bytes: Uint8Array } }>) =>
  records.map(({ raw }) => Result.getOrUndefined(decodeIslBeacon(raw.bytes))?.satelliteId)

describe("IslTcp", () => {
  it.live("half a beacon and a hang-up is counted and handed on, and others are not disturbed", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0 })
      const collecting = yield* Effect.forkChild(source.records.pipe(Stream.take(4), Stream.runCollect))
      const steady = yield* connect(source.port)
      steady.write(beacon(1))
      const rude = yield* connect(source.port)
      rude.write(Buffer.concat([beacon(2), beacon(3).subarray(0, 100)]), () => rude.destroy())
      const counters = (yield* SourceStats).counters("isl")
      while (counters.malformed === 0) yield* Effect.sleep("5 millis")
      steady.write(beacon(4))
      const got = yield* Fiber.join(collecting)
      expect(new Set(satellitesOf(got))).toEqual(new Set([1, 2, undefined, 4]))
      const half = got.find((record) => record.raw.bytes.length !== 236)
      expect(half?.raw.bytes.length).toBe(100)
      expect(got.find((record) => record.key === "isl:4")?.raw.locator).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
      expect(counters).toMatchObject({ received: 4, malformed: 1, reconnects: 0 })
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("closes a client that announces too much, and goes on", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0 })
      const collecting = yield* Effect.forkChild(source.records.pipe(Stream.take(2), Stream.runCollect))
      const bad = yield* connect(source.port)
      bad.write(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1, 2, 3))
      yield* closed(bad)
      const good = yield* connect(source.port)
      good.write(beacon(5))
      expect(satellitesOf(yield* Fiber.join(collecting))).toEqual([undefined, 5])
      expect((yield* SourceStats).counters("isl").malformed).toBe(1)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("serves 100 clients at once, in dribs and drabs, with a small queue", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0, queueCapacity: 8 })
      const collecting = yield* Effect.forkChild(source.records.pipe(Stream.take(500), Stream.runCollect))
      yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => index + 1),
        Effect.fnUntraced(function*(id) {
          const socket = yield* connect(source.port)
          const wire = Buffer.concat(Array.from({ length: 5 }, () => beacon(id)))
          for (let start = 0; start < wire.length; start += 150) {
            socket.write(wire.subarray(start, start + 150))
            yield* Effect.yieldNow
          }
        }),
        { concurrency: "unbounded" }
      )
      const got = satellitesOf(yield* Fiber.join(collecting))
      const perSatellite = Map.groupBy(got, (id) => id)
      expect(perSatellite.size).toBe(100)
      expect([...perSatellite.values()].every((list) => list.length === 5)).toBe(true)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("closes clients over the maximum and silent ones; stop gives what was received and ends", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0, maximumClients: 1, idleTimeout: "200 millis" })
      const counters = (yield* SourceStats).counters("isl")
      const first = yield* connect(source.port)
      first.write(beacon(1))
      while (counters.received === 0) yield* Effect.sleep("5 millis")
      const second = yield* connect(source.port)
      yield* closed(second)
      yield* closed(first)
      const third = yield* connect(source.port)
      third.write(beacon(3))
      while (counters.received < 2) yield* Effect.sleep("5 millis")
      yield* source.stop
      expect(satellitesOf(yield* Stream.runCollect(source.records))).toEqual([1, 3])
      expect(counters.malformed).toBe(0)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("a reconnect is a connection whose first beacon is of a satellite that had one before", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0 })
      const counters = (yield* SourceStats).counters("isl")
      let sent = 0
      const speak = Effect.fnUntraced(function*(...beacons: ReadonlyArray<number>) {
        const socket = yield* connect(source.port)
        for (const satelliteId of beacons) socket.write(beacon(satelliteId))
        sent += beacons.length
        while (counters.received < sent) yield* Effect.sleep("5 millis")
        socket.destroy()
        return counters.reconnects
      })
      yield* Effect.forkScoped(Stream.runDrain(source.records))
      expect(yield* speak(1, 1, 1)).toBe(0)
      expect(yield* speak(2)).toBe(0)
      expect(yield* speak()).toBe(0)
      expect(yield* speak(1, 2)).toBe(1)
      expect(yield* speak(2, 2)).toBe(2)
      expect(yield* speak(3)).toBe(2)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("a port in use is a typed error", () =>
    Effect.gen(function*() {
      const first = yield* makeIslTcp({ port: 0 })
      const second = yield* Effect.result(makeIslTcp({ port: first.port }))
      expect(Result.isFailure(second) && second.failure.reason).toBe("Bind")
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("a refusal, garbage and silence are told once each; a port in use names its settings", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const source = yield* makeIslTcp({ port: 0, maximumClients: 1, idleTimeout: "300 millis" })
        const failure = yield* Effect.flip(makeIslTcp({ port: source.port }))
        expect(failure.message).toMatch(/\(PERIGEE_ISL_HOST, PERIGEE_ISL_PORT\): .*EADDRINUSE/)
        const counters = (yield* SourceStats).counters("isl")
        const first = yield* connect(source.port)
        first.write(beacon(1))
        while (counters.received === 0) yield* Effect.sleep("5 millis")
        for (let i = 0; i < 20; i++) yield* closed(yield* connect(source.port))
        yield* closed(first)
        const bad = yield* connect(source.port)
        bad.write(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1, 2, 3))
        yield* closed(bad)
      })).pipe(Effect.provide(Layer.merge(SourceStats.layer, Symptoms.layer)))
      const warnings = logged.lines.filter((line) => line.includes("WARN")).join("\n")
      expect(warnings).toMatch(/connections refused, as 1 are open, 20 so far.*PERIGEE_ISL_MAX_CONNECTIONS/)
      expect(warnings).toMatch(/closed that sent no beacon for 300ms, 1 so far/)
      expect(warnings).toMatch(/beacons that are none, 1 so far/)
      expect(warnings.split("\n").length).toBe(3)
    }).pipe(Effect.scoped, Effect.provide(logged.layer))
  })

  it.live("a client that drips bytes and never completes a beacon is closed", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0, idleTimeout: "300 millis" })
      const dripping = yield* connect(source.port)
      const wire = beacon(1)
      let sent = 0
      while (!dripping.destroyed && sent < wire.length - 1) {
        dripping.write(wire.subarray(sent, ++sent))
        yield* Effect.sleep("20 millis")
      }
      expect(sent).toBeLessThan(wire.length - 1)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("takes no more than half of the descriptors that are free", () =>
    Effect.gen(function*() {
      const source = yield* makeIslTcp({ port: 0 })
      const clients = yield* Effect.forEach(Array.from({ length: 12 }), () => connect(source.port))
      const counters = (yield* SourceStats).counters("isl")
      while (clients.filter((socket) => socket.destroyed).length < 7) yield* Effect.sleep("5 millis")
      for (const socket of clients) if (!socket.destroyed) socket.write(beacon(1))
      while (counters.received < 5) yield* Effect.sleep("5 millis")
      expect(clients.filter((socket) => !socket.destroyed)).toHaveLength(5)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.merge(SourceStats.layer, Layer.succeed(Descriptors, { open: () => 65, most: () => 75 })))
    ))
})
