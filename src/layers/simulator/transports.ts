/** The two pushed wires of the simulator: radar frames as UDP datagrams, ISL beacons over one TCP connection a satellite. */
import { Effect, Schema, type Scope } from "effect"
import { createSocket, type Socket as UdpSocket } from "node:dgram"
import { createConnection, type Socket as TcpSocket } from "node:net"

/** Where a source listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

export class TransportError extends Schema.TaggedError<TransportError>()("TransportError", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/**
 * One turn of the event loop: what has come in on the sockets of this process is read before it ends.
 */
export const eventLoopTurn: Effect.Effect<void> = Effect.callback<void>((resume) => {
  // oxlint-disable-next-line no-restricted-globals -- a yield stays within this turn; the poll phase comes before an immediate
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})

interface Datagrams {
  /** Sends each as one datagram, in order. Gives how many the system did not take (nobody listens, no buffer). */
  send(datagrams: ReadonlyArray<Uint8Array>): Effect.Effect<number>
}

/** A UDP socket to an endpoint, whose host may be an IPv6 address; it closes with the scope. */
export const makeDatagrams = Effect.fnUntraced(function*({ host, port }: Endpoint) {
  const socket = yield* Effect.acquireRelease(
    Effect.callback<UdpSocket, TransportError>((resume) => {
      const socket = createSocket(host.includes(":") ? "udp6" : "udp4")
      const onError = (cause: Error) =>
        resume(Effect.fail(new TransportError({ message: `No UDP socket to ${host}:${port}`, cause })))
      socket.once("error", onError)
      socket.connect(port, host, () => {
        socket.off("error", onError)
        // A refused datagram is also told to its own callback, where it is counted.
        socket.on("error", () => undefined)
        resume(Effect.succeed(socket))
      })
    }),
    (socket) =>
      Effect.callback<void>((resume) => {
        socket.close(() => resume(Effect.void))
      })
  )
  const send = (datagrams: ReadonlyArray<Uint8Array>): Effect.Effect<number> =>
    datagrams.length === 0 ? Effect.succeed(0) : Effect.callback<number>((resume) => {
      let left = datagrams.length
      let refused = 0
      for (const datagram of datagrams) {
        socket.send(datagram, (error) => {
          if (error !== null) refused += 1
          left -= 1
          if (left === 0) resume(Effect.succeed(refused))
        })
      }
    })
  return { send } satisfies Datagrams
})

interface Links {
  /** Writes a beacon on the satellite's own connection, opened at its first beacon and anew when it was lost. False: not sent. */
  send(satellite: string, beacon: Uint8Array): Effect.Effect<boolean>
  /** Ends every connection after what was written on it. */
  readonly end: Effect.Effect<void>
}

const connect = ({ host, port }: Endpoint): Effect.Effect<TcpSocket | undefined> =>
  Effect.callback((resume) => {
    const socket = createConnection({ host, port, noDelay: true })
    socket.once("connect", () => resume(Effect.succeed(socket)))
    // Later errors end the socket, which the next beacon sees.
    socket.on("error", () => resume(Effect.undefined))
    return Effect.sync(() => socket.destroy())
  })

/** Bytes that may wait in a connection before its sender waits too: over an hour of beacons. */
const mostBuffered = 1 << 20

/** Hands the bytes to the connection. A receiver that reads slowly holds up nobody until the connection's buffer is full. */
const write = (socket: TcpSocket, bytes: Uint8Array): Effect.Effect<void> =>
  Effect.callback((resume) => {
    socket.write(bytes)
    if (socket.writableLength < mostBuffered) return resume(Effect.void)
    const go = () => {
      socket.off("drain", go)
      socket.off("close", go)
      resume(Effect.void)
    }
    socket.on("drain", go)
    socket.on("close", go)
  })

/** TCP connections to an endpoint, one a satellite; those still open close with the scope. */
export const makeLinks = (endpoint: Endpoint): Effect.Effect<Links, never, Scope.Scope> =>
  Effect.gen(function*() {
    const sockets = new Map<string, TcpSocket>()
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const socket of sockets.values()) socket.destroy()
      })
    )
    return {
      send: Effect.fnUntraced(function*(satellite, beacon) {
        let socket = sockets.get(satellite)
        if (socket === undefined || !socket.writable) {
          socket?.destroy()
          socket = yield* connect(endpoint)
          if (socket === undefined) return false
          sockets.set(satellite, socket)
        }
        yield* write(socket, beacon)
        return true
      }),
      end: Effect.suspend(() =>
        Effect.forEach(sockets.values(), (socket) =>
          Effect.callback<void>((resume) => {
            if (!socket.writable) return resume(Effect.void)
            socket.end(() => resume(Effect.void))
            socket.once("close", () => resume(Effect.void))
          }), { discard: true })
      )
    }
  })
