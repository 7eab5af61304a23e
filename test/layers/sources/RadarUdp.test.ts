import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Result, Stream } from "effect"
import * as Dgram from "node:dgram"
import { encodeRadarFrame, type RadarFrame } from "../../../src/domain/observation/formats/radarFrame.ts"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { Symptoms } from "../../../src/layers/logging/Symptoms.ts"
import { makeRadarUdp } from "../../../src/layers/sources/RadarUdp.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { collectLogs } from "../../support/collectedLogs.ts"

const frame = (arrayId: number, sequence: number): RadarFrame => ({
  arrayId,
  trackId: 7,
  sensorTime: 1_767_225_600_000,
  range: 1_000_000 + sequence,
  rangeRate: -3000,
  azimuth: 1,
  elevation: 0.5,
  sigmaRange: 25,
  sigmaRangeRate: 0.5,
  sequence,
  flags: 0
})

const client = Effect.acquireRelease(
  Effect.sync(() => Dgram.createSocket("udp4")),
  (socket) => Effect.sync(() => socket.close())
)

const send = (socket: Dgram.Socket, port: number, bytes: Uint8Array) =>
  Effect.callback<void>((resume) => {
    socket.send(bytes, port, "127.0.0.1", () => resume(Effect.void))
  })

describe("RadarUdp", () => {
  it.live("hands on every datagram, counts wrong lengths and gaps, and goes on", () =>
    Effect.gen(function*() {
      const source = yield* makeRadarUdp({ port: 0 })
      const socket = yield* client
      const lengths = [0, 1, 63, 65, 1400]
      // Every tenth frame of array 3 is never sent.
      const sequences = Array.from({ length: 200 }, (_, index) => index).filter((index) => index % 10 !== 5)
      const sent = [
        ...lengths.map((length) => new Uint8Array(length).fill(length)),
        ...sequences.map((sequence) => encodeRadarFrame(frame(3, sequence)))
      ]
      const collecting = yield* Effect.forkChild(
        source.records.pipe(Stream.take(sent.length), Stream.runCollect)
      )
      for (const bytes of sent) yield* send(socket, source.port, bytes)
      const got = yield* Fiber.join(collecting)
      expect(got.map((record) => Buffer.from(record.raw.bytes).toString("hex")))
        .toEqual(sent.map((bytes) => Buffer.from(bytes).toString("hex")))
      expect(got[5]?.observationId).toBe(observationIdOf("radar", sent[5] ?? new Uint8Array()))
      expect(got[5]?.key).toBe("radar:3")
      expect(got[5]?.raw.locator).toBe(`udp://127.0.0.1:${socket.address().port}`)
      const counters = (yield* SourceStats).counters("radar")
      expect(counters).toMatchObject({ received: sent.length, malformed: 5, dropped: 0 })
      // 20 are missing; the last, 195, is still within the reordering window, and so is 185, 175.
      expect(counters.gaps).toBe(17)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("drops and counts when nobody reads, and stop gives what was received, then ends", () =>
    Effect.gen(function*() {
      const source = yield* makeRadarUdp({ port: 0, queueCapacity: 10 })
      const counters = (yield* SourceStats).counters("radar")
      const socket = yield* client
      for (let sequence = 0; sequence < 25; sequence++) {
        yield* send(socket, source.port, encodeRadarFrame(frame(1, sequence)))
      }
      while (counters.received + counters.dropped < 25) yield* Effect.sleep("5 millis")
      expect(counters).toMatchObject({ received: 10, dropped: 15 })
      yield* source.stop
      expect(yield* Stream.runCollect(source.records)).toHaveLength(10)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("a port in use is a typed error, and the scope frees the port", () =>
    Effect.gen(function*() {
      const port = yield* Effect.scoped(Effect.gen(function*() {
        const first = yield* makeRadarUdp({ port: 0 })
        const second = yield* Effect.result(makeRadarUdp({ port: first.port }))
        expect(Result.isFailure(second) && second.failure.reason).toBe("Bind")
        return first.port
      }))
      expect(Exit.isSuccess(yield* Effect.exit(makeRadarUdp({ port })))).toBe(true)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("reads the kernel's drop counter where there is one", () =>
    Effect.gen(function*() {
      yield* makeRadarUdp({ port: 0 })
      const counters = (yield* SourceStats).counters("radar")
      if (process.platform !== "linux") return
      while (counters.kernelDrops === undefined) yield* Effect.sleep("5 millis")
      expect(counters.kernelDrops).toBe(0)
    }).pipe(Effect.scoped, Effect.provide(SourceStats.layer)))

  it.live("a wrong setting is named; malformed datagrams, gaps and drops are told once each, and that they are over", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const source = yield* makeRadarUdp({ port: 0, queueCapacity: 200 })
        const failure = yield* Effect.flip(makeRadarUdp({ port: source.port }))
        expect(failure.message).toMatch(/\(PERIGEE_RADAR_HOST, PERIGEE_RADAR_PORT\): .*EADDRINUSE/)
        const counters = (yield* SourceStats).counters("radar")
        const socket = yield* client
        for (let sequence = 0; sequence < 500; sequence += 2) {
          yield* send(socket, source.port, encodeRadarFrame(frame(3, sequence)))
          yield* send(socket, source.port, new Uint8Array(7))
        }
        while (counters.received + counters.dropped < 500) yield* Effect.sleep("5 millis")
      })).pipe(Effect.provide(Layer.merge(SourceStats.layer, Symptoms.layer)))
      const of = (level: string, text: string) =>
        logged.lines.filter((line) => line.includes(level) && line.includes(text)).length
      for (
        const symptom of [
          "radar: datagrams that are no radar frames",
          "radar: frames of array 3 did not arrive",
          "radar: datagrams dropped, as the pipeline is behind"
        ]
      ) {
        expect([symptom, of("WARN", symptom), of("INFO", `${symptom}, until the end`)]).toEqual([symptom, 1, 1])
      }
      expect(of("WARN", "radar: ")).toBe(3)
    }).pipe(Effect.scoped, Effect.provide(logged.layer))
  })

  it.live("what the kernel drops is told with the setting to raise", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const source = yield* makeRadarUdp({ port: 0, receiveBufferBytes: 2048 })
        const counters = (yield* SourceStats).counters("radar")
        const socket = yield* client
        // Sent in one turn of the event loop, so that nothing is read meanwhile.
        while ((counters.kernelDrops ?? 0) === 0) {
          for (let sequence = 0; sequence < 2000; sequence++) {
            socket.send(encodeRadarFrame(frame(1, sequence)), source.port, "127.0.0.1")
          }
          yield* Effect.sleep("300 millis")
        }
      })).pipe(Effect.provide(Layer.merge(SourceStats.layer, Symptoms.layer)))
      const told = logged.lines.filter((line) => line.includes("WARN") && line.includes("dropped by the kernel"))
      expect(told.length).toBe(1)
      expect(told[0]).toMatch(/raise PERIGEE_RADAR_RECEIVE_BUFFER and net.core.rmem_max/)
    }).pipe(Effect.scoped, Effect.provide(logged.layer))
  })
})
