/** What a fault does to the process itself: its one thread kept busy, its memory taken, its end. Ends when it is interrupted, and leaves nothing. */
import { Clock, Effect } from "effect"
import { kill as killProcess, pid } from "node:process"
import type { ActiveFault } from "./ActiveFaults.ts"
import { burn } from "./burn.ts"

export type Pressure = (active: ActiveFault) => Effect.Effect<void>

const sliceMillis = 50

/** Busy for a share of each slice, so that the event loop still answers between. */
const busyLoop = (busy: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const busyMillis = sliceMillis * Math.min(0.95, busy)
    return Effect.sync(() => burn(clock, busyMillis)).pipe(
      Effect.andThen(Effect.sleep(sliceMillis - busyMillis)),
      Effect.forever
    )
  })

const blockBytes = 16 * 1024 * 1024

/** Filled, so that it is resident. */
const holdMemory = (bytes: number): Effect.Effect<void> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const held: Array<Buffer> = []
      for (let left = bytes; left > 0; left -= blockBytes) held.push(Buffer.alloc(Math.min(blockBytes, left), 1))
      return held
    }),
    () => Effect.never,
    (held) => Effect.sync(() => held.splice(0))
  )

/** Who asked is answered first. */
const killProcessSoon = Effect.andThen(Effect.sleep("200 millis"), Effect.sync(() => void killProcess(pid, "SIGKILL")))

export const pressure: Pressure = (active) => {
  const { fault, target } = active.experiment
  if (target._tag !== "dependency" || target.dependency !== "process") return Effect.void
  active.struck++
  switch (fault._tag) {
    case "cpu":
      return busyLoop(fault.busy)
    case "memory":
      return holdMemory(fault.bytes)
    case "kill":
      return killProcessSoon
    default:
      return Effect.void
  }
}
