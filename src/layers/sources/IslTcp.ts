/**
 * Beacons of inter-satellite links, pushed over TCP: each connection is a stream of length-prefixed beacons.
 *
 * Bounds: per client at most one beacon's maximum length is held beside what one read gave, and a client is read only while there is
 * room in the queue; a client that completes no beacon within the idle time is closed, however it drips; connections over the maximum, which is no more
 * than half of the file descriptors that are free at start, are closed at once. Both are told once in the log (`Symptoms`).
 * Half a beacon before a hang-up and a length over the maximum are counted and handed on as malformed records; the latter closes that
 * client, as nothing after it can be trusted. No client ends the source. Canaries' beacons are handed on and not counted as received: they are no
 * sign of a satellite. A connection is a reconnect if the satellite of its first beacon had one before; the last 65,536 are known.
 */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import { Cause, Clock, Duration, Effect, Exit, Option, Queue, Scope } from "effect"
import { Socket, type SocketServer } from "effect/socket"
import { isCanaryKey, isCanaryObject } from "../../domain/canary/reserved.ts"
import { islMaximumLength, satelliteIdOf, splitIslBeacons } from "../../domain/observation/formats/islBeacon.ts"
import { observationIdOf } from "../../domain/observation/observationId.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { Symptoms } from "../logging/Symptoms.ts"
import { connectionsWithin } from "../runtime/Descriptors.ts"
import { receiveTime } from "./receiveTime.ts"
import { makeRecordQueue, recordsOf } from "./recordQueue.ts"
import { makeRemembered } from "./remembered.ts"
import { type Source, SourceError } from "./Source.ts"
import { SourceStats } from "./SourceStats.ts"

interface IslTcpOptions {
  /** Default `isl`. */
  readonly name?: string
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0 takes a free port. */
  readonly port: number
  /** Most connections at once (default 1024, fewer where file descriptors are short). */
  readonly maximumClients?: number
  /** Longest beacon, prefix included (default 4096 bytes). */
  readonly maximumLength?: number
  /** A client without a whole beacon for this long is closed (default 5 minutes: beacons come at 1 Hz). */
  readonly idleTimeout?: Duration.Input
  /** Beacons held between the clients and the stream (default 4096). */
  readonly queueCapacity?: number
}

interface IslTcpSource extends Source {
  readonly port: number
}

const satelliteKey = (name: string, bytes: Uint8Array): string => {
  const satelliteId = satelliteIdOf(bytes)
  return satelliteId === undefined ? name : `isl:${satelliteId}`
}

const isTimeout = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => Cause.isFailReason(reason) && Cause.isTimeoutError(reason.error))

/** What the operating system said. */
const reasonOf = (error: SocketServer.SocketServerError): string => {
  const { cause } = error.reason
  return cause instanceof Error ? cause.message : String(cause)
}

/** Listens from now on; connections wait until they can be read. */
export const makeIslTcp = Effect.fn("IslTcp.make")(
  function*(options: IslTcpOptions): Effect.fn.Return<IslTcpSource, SourceError, Scope.Scope | SourceStats> {
    const { host = "127.0.0.1", maximumLength = islMaximumLength, name = "isl", port } = options
    const counters = (yield* SourceStats).counters(name)
    const clock = yield* Clock.Clock
    const queue = yield* makeRecordQueue(options.queueCapacity ?? 4096)
    const { seen } = yield* Symptoms
    const maximumClients = yield* connectionsWithin(options.maximumClients ?? 1024, 0.5)
    const idleMillis = Duration.toMillis(options.idleTimeout ?? "5 minutes")
    let clients = 0

    const recordOf = (bytes: Uint8Array, receivedAt: UtcTime, locator: string): ReceivedRecord => ({
      raw: { format: "isl", source: "isl", bytes, locator },
      observationId: observationIdOf("isl", bytes),
      receivedAt,
      trace: undefined,
      key: satelliteKey(name, bytes),
      cursor: undefined
    })

    const connected = makeRemembered()
    const isKnown = (beacon: Uint8Array | undefined): boolean => {
      const satelliteId = beacon === undefined ? undefined : satelliteIdOf(beacon)
      return satelliteId !== undefined && !isCanaryObject(`${satelliteId}`) && connected(`${satelliteId}`)
    }

    const handOn = Effect.fnUntraced(function*(beacons: ReadonlyArray<Uint8Array>, locator: string) {
      const receivedAt = receiveTime(clock)
      const records = beacons.map((bytes) => recordOf(bytes, receivedAt, locator))
      const counted = records.filter(({ key }) => !isCanaryKey(key)).length
      if (counted > 0) counters.lastSeen = receivedAt
      counters.received += counted
      yield* Queue.offerAll(queue, records)
    })

    const malformed = (bytes: Uint8Array, locator: string) => {
      counters.malformed++
      seen(`${name}: beacons that are none`, { detail: `the first came from ${locator} with ${bytes.length} bytes` })
      return handOn([bytes], locator)
    }

    // Only waiting for bytes can be interrupted: what was read is always handed on.
    const serve = Effect.fnUntraced(function*(socket: Socket.Socket) {
      // The server provides it to every handler, though its type does not say so.
      const peer = Option.getOrUndefined(yield* Effect.serviceOption(NodeSocket.NetSocket))
      const locator = `tcp://${peer?.remoteAddress ?? "unknown"}:${peer?.remotePort ?? 0}`
      if (clients >= maximumClients) {
        seen(`${name}: connections refused, as ${maximumClients} are open`, {
          detail:
            `the first came from ${locator}; PERIGEE_ISL_MAX_CONNECTIONS and the limit of open files (ulimit -n) bound them`
        })
        peer?.destroy()
        return
      }
      const read = yield* Socket.readerBytes(socket)
      let deadline = clock.currentTimeMillisUnsafe() + idleMillis
      const pull = Effect.suspend(() => Effect.timeout(read, Math.max(0, deadline - clock.currentTimeMillisUnsafe())))
      clients++
      let isNew = true
      yield* Effect.addFinalizer(() => Effect.sync(() => clients--))
      let rest: Uint8Array = new Uint8Array(0)
      yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function*() {
          while (true) {
            const chunks = yield* Effect.exit(restore(pull))
            if (Exit.isFailure(chunks)) {
              if (isTimeout(chunks.cause)) {
                seen(
                  `${name}: connections closed that sent no beacon for ${Duration.format(Duration.millis(idleMillis))}`,
                  {
                    detail: `the first came from ${locator}`
                  }
                )
              }
              // A stop of ours cuts a beacon in half without it being the client's fault.
              return rest.length > 0 && !Cause.hasInterruptsOnly(chunks.cause)
                ? yield* malformed(rest, locator)
                : undefined
            }
            for (const chunk of chunks.value) {
              const split = splitIslBeacons(rest, chunk, maximumLength)
              rest = split.rest
              if (split.beacons.length > 0) {
                if (isNew && isKnown(split.beacons[0])) counters.reconnects++
                isNew = false
                yield* handOn(split.beacons, locator)
                deadline = clock.currentTimeMillisUnsafe() + idleMillis
              }
              if (split.oversize) return yield* malformed(rest, locator)
            }
          }
        })
      )
    }, Effect.scoped)

    const scope = yield* Effect.scope
    const listening = yield* Scope.fork(scope)
    const server = yield* NodeSocketServer.make({ host, port }).pipe(
      Scope.provide(listening),
      Effect.mapError((error) =>
        new SourceError({
          source: name,
          reason: "Bind",
          message: `Cannot listen for ISL beacons on ${host}:${port} (PERIGEE_ISL_HOST, PERIGEE_ISL_PORT): ${
            reasonOf(error)
          }`,
          cause: error
        })
      )
    )
    // The server's end (its listening socket broke) ends the source with an error; a client's never does.
    yield* Effect.forkIn(
      Effect.catch(
        server.run(serve),
        (cause) => Queue.fail(queue, new SourceError({ source: name, reason: "Socket", message: cause.message, cause }))
      ),
      listening
    )
    // Closed before the clients are: one that waits for room in the queue must not wait for ever.
    yield* Effect.addFinalizer(() => Queue.shutdown(queue))
    const address = server.address
    yield* Effect.logInfo(`${name}: ISL beacons on ${host}:${"port" in address ? address.port : port}`)
    return {
      name,
      kind: "isl",
      port: "port" in address ? address.port : port,
      records: recordsOf(queue),
      stop: Effect.andThen(Scope.close(listening, Exit.void), Effect.asVoid(Queue.end(queue))),
      appended: () => Effect.void
    }
  }
)
