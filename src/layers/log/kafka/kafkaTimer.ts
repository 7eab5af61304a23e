/**
 * Contains a timer of kafkajs 2.2.4 (its issues 1556, 1704, 1751).
 *
 * Each connection's request queue sets a timer after every response, also when no request waits: with a delay of
 * `throttledUntil - now`, which is negative, so that Node warns and uses 1 ms, for ever. A timer is needed only while a request
 * waits (for a free slot or for the end of a throttle), and the client sets one whenever it makes a request wait. The wrapped method
 * therefore does nothing while none waits; the delay is then never negative.
 *
 * The client has no setting for this, so the method of its internal class is wrapped, once per process. If a later version has no
 * such class or method, nothing is changed.
 */
import { Predicate } from "effect"
import { createRequire } from "node:module"

const contained = Symbol.for("perigee/kafkaTimer")

const isMethod = (value: unknown): value is (this: unknown) => void => typeof value === "function"

/** Whether the timer is contained now. */
export const containIdleTimer = (): boolean => {
  const queueClass: unknown = createRequire(import.meta.url)("kafkajs/src/network/requestQueue/index.js")
  const prototype: unknown = Predicate.isFunction(queueClass) ? queueClass.prototype : undefined
  if (!Predicate.isObject(prototype)) return false
  if (Reflect.get(prototype, contained) === true) return true
  const original: unknown = Reflect.get(prototype, "scheduleCheckPendingRequests")
  if (!isMethod(original)) return false
  return Reflect.set(prototype, contained, true) && Reflect.set(
    prototype,
    "scheduleCheckPendingRequests",
    function(this: unknown): void {
      const pending: unknown = Predicate.hasProperty(this, "pending") ? this.pending : undefined
      if (!Array.isArray(pending) || pending.length > 0) original.call(this)
    }
  )
}
