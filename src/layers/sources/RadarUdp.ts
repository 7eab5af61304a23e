/**
 * Radar frames, pushed over UDP: one datagram is one record.
 *
 * Nothing that arrives stops the source. A wrong length is counted and handed on. When the queue is full the newest datagram is dropped
 * and counted; what the kernel dropped before that is read once a second from its socket table. Lost frames are counted per array
 * from the sequence numbers, for the first 1024 arrays seen. All of that is told once in the log (`Symptoms`). Canaries are handed on and not counted: they are no sign of a radar.
 *
 * `node:dgram` and not Effect's `NodeDatagramSocket`: that one does not tell the buffer the kernel granted, and discards at its close
 * what it still holds.
 */
import { Clock, Effect, Queue, Schedule, type Scope } from "effect"
import * as Dgram from "node:dgram"
import { readFile } from "node:fs/promises"
import { isCanaryArray } from "../../domain/canary/reserved.ts"
import { radarFrameLength, radarSequenceOf } from "../../domain/observation/formats/radarFrame.ts"
import { observationIdOf } from "../../domain/observation/observationId.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import { makeSequenceGaps, type SequenceGaps } from "../../domain/observation/SequenceGaps.ts"
import { Symptoms, type SymptomsShape } from "../logging/Symptoms.ts"
import { receiveTime } from "./receiveTime.ts"
import { makeRecordQueue, type RecordQueue, recordsOf } from "./recordQueue.ts"
import { type Source, SourceError } from "./Source.ts"
import { type SourceCounters, SourceStats } from "./SourceStats.ts"
import { udpDrops } from "./udpDrops.ts"

interface RadarUdpOptions {
  /** Default `radar`. */
  readonly name?: string
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0 takes a free port. */
  readonly port: number
  /** Asked of the kernel, bytes (default 4 MiB: a second of ten arrays at 500 Hz and more); what it grants is logged. */
  readonly receiveBufferBytes?: number
  /** Datagrams held between the socket and the stream (default 8192). */
  readonly queueCapacity?: number
}

interface RadarUdpSource extends Source {
  readonly port: number
  /** Bytes; Linux reports twice what it can hold, as it counts its own bookkeeping. */
  readonly receiveBufferBytes: number
}

const mostArrays = 1024

const bind = (
  name: string,
  host: string,
  port: number
): Effect.Effect<Dgram.Socket, SourceError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Dgram.Socket, SourceError>((resume) => {
      const socket = Dgram.createSocket(host.includes(":") ? "udp6" : "udp4")
      socket.once("error", (cause) => {
        socket.close()
        const message =
          `Cannot listen for radar datagrams on ${host}:${port} (PERIGEE_RADAR_HOST, PERIGEE_RADAR_PORT): ${cause.message}`
        resume(Effect.fail(new SourceError({ source: name, reason: "Bind", message, cause })))
      })
      socket.bind({ address: host, port }, () => {
        socket.removeAllListeners("error")
        resume(Effect.succeed(socket))
      })
    }),
    (socket) =>
      Effect.callback<void>((resume) => {
        socket.close(() => resume(Effect.void))
      })
  )

/** The buffer granted. A kernel that refuses the size keeps its own. */
const setReceiveBuffer = (socket: Dgram.Socket, bytes: number): number => {
  try {
    socket.setRecvBufferSize(bytes)
  } catch {
    // What was granted is read and logged either way.
  }
  return socket.getRecvBufferSize()
}

/** Makes the record of one datagram, and counts. */
const makeReceive = (
  name: string,
  counters: SourceCounters,
  queue: RecordQueue,
  clock: Clock.Clock,
  seen: SymptomsShape["seen"]
) => {
  const arrays = new Map<number, SequenceGaps>()

  const countGaps = (arrayId: number, sequence: number): void => {
    let gaps = arrays.get(arrayId)
    if (gaps === undefined && arrays.size < mostArrays) {
      gaps = makeSequenceGaps()
      arrays.set(arrayId, gaps)
    }
    const lost = gaps?.observe(sequence) ?? 0
    if (lost === 0) return
    counters.gaps += lost
    seen(`${name}: frames of array ${arrayId} did not arrive`, { count: lost })
  }

  return (bytes: Uint8Array, peer: Dgram.RemoteInfo): void => {
    const receivedAt = receiveTime(clock)
    let key = name
    let canary = false
    if (bytes.length === radarFrameLength) {
      const { arrayId, sequence } = radarSequenceOf(bytes)
      canary = isCanaryArray(arrayId)
      if (!canary) countGaps(arrayId, sequence)
      key = `radar:${arrayId}`
    } else {
      counters.malformed++
      seen(`${name}: datagrams that are no radar frames`, {
        detail: `the first came from ${peer.address}:${peer.port} with ${bytes.length} bytes, not ${radarFrameLength}`
      })
    }
    const record: ReceivedRecord = {
      raw: { format: "radar", source: "radar", bytes, locator: `udp://${peer.address}:${peer.port}` },
      observationId: observationIdOf("radar", bytes),
      receivedAt,
      trace: undefined,
      key,
      cursor: undefined
    }
    if (!canary) counters.lastSeen = receivedAt
    if (!Queue.offerUnsafe(queue, record)) {
      counters.dropped++
      seen(`${name}: datagrams dropped, as the pipeline is behind`)
    } else if (!canary) counters.received++
  }
}

/** Asks the kernel once a second how many datagrams it dropped at this port; where there is no such table it asks once. */
const watchDrops = (
  family: string,
  port: number,
  counters: SourceCounters,
  onDrops: (count: number) => void
): Effect.Effect<void> =>
  Effect.tryPromise(() => readFile(family === "IPv6" ? "/proc/net/udp6" : "/proc/net/udp", "latin1")).pipe(
    Effect.map((table) => {
      const drops = udpDrops(table, port)
      const more = (drops ?? 0) - (counters.kernelDrops ?? 0)
      if (more > 0) onDrops(more)
      counters.kernelDrops = drops
    }),
    Effect.repeat(Schedule.spaced("1 second")),
    Effect.ignore
  )

/** Binds the socket now; datagrams are held from then on. */
export const makeRadarUdp = Effect.fn("RadarUdp.make")(
  function*(options: RadarUdpOptions): Effect.fn.Return<RadarUdpSource, SourceError, Scope.Scope | SourceStats> {
    const { host = "127.0.0.1", name = "radar", port, queueCapacity = 8192, receiveBufferBytes = 4 << 20 } = options
    const counters = (yield* SourceStats).counters(name)
    const clock = yield* Clock.Clock
    const { seen } = yield* Symptoms
    const queue = yield* makeRecordQueue(queueCapacity)
    const socket = yield* bind(name, host, port)
    const address = socket.address()
    const granted = setReceiveBuffer(socket, receiveBufferBytes)
    yield* Effect.logInfo(
      `${name}: radar datagrams on ${host}:${address.port}, receive buffer ${granted} bytes (asked for ${receiveBufferBytes})`
    )
    // An error of a bound socket that only receives is a passing one (an ICMP report): it must not end the process.
    socket.on("error", () => void counters.failures++)
    socket.on("message", makeReceive(name, counters, queue, clock, seen))
    yield* Effect.forkScoped(
      watchDrops(address.family, address.port, counters, (count) =>
        seen(`${name}: datagrams dropped by the kernel`, {
          count,
          detail:
            `the receive buffer of ${granted} bytes was full: raise PERIGEE_RADAR_RECEIVE_BUFFER and net.core.rmem_max`
        }))
    )
    return {
      name,
      kind: "radar",
      port: address.port,
      receiveBufferBytes: granted,
      records: recordsOf(queue),
      stop: Effect.suspend(() => {
        socket.removeAllListeners("message")
        return Effect.asVoid(Queue.end(queue))
      }),
      appended: () => Effect.void
    }
  }
)
