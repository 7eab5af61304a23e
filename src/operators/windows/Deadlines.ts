/** Things by when they are due: a binary heap, least first. */
import type { UtcTime } from "../../domain/UtcTime.ts"

interface Due<A> {
  readonly at: UtcTime
  readonly item: A
}

export class Deadlines<A> {
  private readonly heap: Array<Due<A>> = []

  /** When the first is due; infinite if there is none. */
  get next(): UtcTime {
    return this.heap[0]?.at ?? Infinity
  }

  add(at: UtcTime, item: A): void {
    const { heap } = this
    const due = { at, item }
    let place = heap.length
    heap.push(due)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || parent.at <= at) break
      heap[place] = parent
      place = above
    }
    heap[place] = due
  }

  /** Takes out the first. */
  take(): A | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return undefined
    if (heap.length > 0) this.sink(last)
    return first.item
  }

  /** Puts `due` into the empty first place, and down from there. */
  private sink(due: Due<A>): void {
    const { heap } = this
    let place = 0
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      if (left === undefined) break
      const isRight = right !== undefined && right.at < left.at
      const child = isRight ? right : left
      if (child.at >= due.at) break
      heap[place] = child
      place = 2 * place + (isRight ? 2 : 1)
    }
    heap[place] = due
  }
}
