/** q8 by hand: who registered and opened an auction in the same 10 s. */
import { Digest } from "../digest.ts"
import { bidKind, type EventSource, makeGenerator, personKind } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

const size = 10_000

interface Window {
  readonly start: number
  readonly end: number
  /** The names of the new persons by id. */
  readonly names: Map<number, string>
  readonly sellers: Set<number>
}

const newWindow = (end: number): Window => ({ start: end - size, end, names: new Map(), sellers: new Set() })

export const q8 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  const windows = new Map<number, Window>()
  let window = newWindow(0)
  let newest = 0
  let emitted = 0
  // The end of the first window that is open.
  let boundary = Number.POSITIVE_INFINITY
  let late = 0

  const open = (ts: number): Window => {
    const end = ts - (ts % size) + size
    const there = windows.get(end)
    if (there !== undefined || end <= emitted) return there ?? newWindow(end)
    const fresh = newWindow(end)
    windows.set(end, fresh)
    if (end < boundary) boundary = end
    return fresh
  }
  const emit = ({ end, names, sellers }: Window): void => {
    for (const [id, name] of names) if (sellers.has(id)) digest.row().int(id).text(name).time(end).end()
  }
  // Up to and with `limit`.
  const advance = (limit: number): void => {
    while (boundary <= limit) {
      const complete = windows.get(boundary)
      if (complete !== undefined) emit(complete)
      windows.delete(boundary)
      emitted = boundary
      boundary = Number.POSITIVE_INFINITY
      for (const end of windows.keys()) if (end < boundary) boundary = end
    }
  }

  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind !== bidKind) {
      if (e.ts < window.start || e.ts >= window.end) window = open(e.ts)
      if (window.end <= emitted) late++
      else if (e.kind === personKind) window.names.set(e.id, e.name)
      else window.sellers.add(e.seller)
    }
    if (e.ts <= newest) continue
    newest = e.ts
    // The watermark is newest - disorder - 1, and a window is complete when it is end - 1.
    if (newest - run.disorder >= boundary) advance(newest - run.disorder)
  }
  advance(Number.MAX_VALUE)
  return answerOf(digest, late)
}
