/**
 * The body of a request into a pooled buffer, up to a limit. The limit of all bodies together, `maxBytes` of the gate, counts what has come, so that
 * what is only announced takes nobody's place.
 */
import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import type { Http2ServerRequest } from "node:http2"
import { CollectorRefusal } from "../Collector.ts"
import type { BufferPool } from "./BufferPool.ts"

export type Incoming = IncomingMessage | Http2ServerRequest

/** Bytes of bodies that are held now. */
export interface BodyGate {
  readonly maxBytes: number
  held: number
}

export interface Body {
  readonly bytes: Uint8Array
  /** The bytes may be overwritten from now on. Once. */
  readonly release: () => void
}

/** Announced sizes up to this one are believed. */
const believed = 2 ** 20

const tooLarge = (limit: number): CollectorRefusal =>
  new CollectorRefusal({ reason: "TooLarge", message: `the body is larger than ${limit} bytes` })

const busy = new CollectorRefusal({
  reason: "Busy",
  message: "too many bytes of requests are under way",
  retryAfterMillis: 1000
})

const cutOff = new CollectorRefusal({ reason: "Malformed", message: "the request ended before its body" })

export const readBody = (
  request: Incoming,
  limit: number,
  pool: BufferPool,
  gate: BodyGate
): Effect.Effect<Body, CollectorRefusal> =>
  Effect.callback((resume) => {
    const announced = Number(request.headers["content-length"] ?? 0)
    if (announced > limit) return resume(Effect.fail(tooLarge(limit)))
    if (gate.held >= gate.maxBytes) return resume(Effect.fail(busy))
    let buffer = pool.take(Math.max(1, Math.min(announced, believed)))
    let length = 0
    let open = true

    const stop = (): void => {
      request.off("data", onData)
      request.off("end", onEnd)
      request.off("close", onClose)
    }
    const release = (): void => {
      if (!open) return
      open = false
      gate.held -= length
      pool.release(buffer)
    }
    const fail = (refusal: CollectorRefusal): void => {
      stop()
      release()
      resume(Effect.fail(refusal))
    }
    const onData = (chunk: Uint8Array): void => {
      const needed = length + chunk.length
      if (needed > limit) return fail(tooLarge(limit))
      if (gate.held + chunk.length > gate.maxBytes) return fail(busy)
      if (needed > buffer.length) {
        const larger = pool.take(needed)
        larger.set(buffer.subarray(0, length))
        pool.release(buffer)
        buffer = larger
      }
      buffer.set(chunk, length)
      length = needed
      gate.held += chunk.length
    }
    const onEnd = (): void => {
      stop()
      resume(Effect.succeed({ bytes: buffer.subarray(0, length), release }))
    }
    const onClose = (): void => fail(cutOff)
    request.on("data", onData)
    request.on("end", onEnd)
    request.on("close", onClose)
    return Effect.sync(() => {
      stop()
      release()
    })
  })
