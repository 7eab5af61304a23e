/**
 * Things that are due at some event time, given out in order of time; those of one time in the order in which they were added.
 *
 * A calendar queue (R. Brown, "Calendar queues", CACM 31(10), 1988) without its resizing: buckets of 64 ms in a map, the numbers of those that hold
 * something in a binary heap, and a bucket sorted when time reaches it. Adding costs a map look-up; what was dropped stays in its bucket
 * until that is reached or half of all held are dropped ones.
 */
import { MinHeap } from "../../domain/stream/MinHeap.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** `live` is true from when it was added until it was given out or dropped, and changed by {@link Timers} alone. */
export interface Timed {
  time: UtcTime
  live: boolean
}

const bucketMillis = 64

/** Below this many dropped ones nobody looks for them. */
const fewDropped = 1024

const inOrder = (a: Timed, b: Timed): number => a.time < b.time ? -1 : a.time > b.time ? 1 : 0

export class Timers<T extends Timed> {
  /** How many are waiting. */
  size = 0
  private dropped = 0
  private buckets = new Map<number, Array<T>>()
  private readonly numbers = new MinHeap<number>((a, b) => a - b)
  // What is in buckets up to `reached`, sorted; what stands before `head` was given out.
  private due: Array<T> = []
  private head = 0
  private reached = -Infinity

  add(timed: T): void {
    timed.live = true
    this.size++
    const number = Math.floor(timed.time / bucketMillis)
    if (number <= this.reached) {
      this.addDue(timed)
      return
    }
    const bucket = this.buckets.get(number)
    if (bucket !== undefined) {
      bucket.push(timed)
      return
    }
    this.buckets.set(number, [timed])
    this.numbers.push(number)
  }

  /** Takes out what is waiting. */
  drop(timed: T): void {
    if (!timed.live) return
    timed.live = false
    this.size--
    this.dropped++
    if (this.dropped > this.size + fewDropped) this.compact()
  }

  /** Takes out and gives the first that is due at or before `limit`. */
  next(limit: UtcTime): T | undefined {
    for (;;) {
      const timed = this.due[this.head]
      if (timed === undefined) {
        if (!this.loadBucket(limit)) return undefined
      } else if (!timed.live) {
        this.head++
        this.dropped--
      } else if (timed.time > limit) return undefined
      else {
        this.head++
        this.size--
        timed.live = false
        return timed
      }
    }
  }

  private loadBucket(limit: UtcTime): boolean {
    const number = this.numbers.peek()
    if (number === undefined || number * bucketMillis > limit) return false
    this.numbers.pop()
    this.due = (this.buckets.get(number) ?? []).sort(inOrder)
    this.head = 0
    this.reached = number
    this.buckets.delete(number)
    return true
  }

  /** Behind all that are due no later. */
  private addDue(timed: T): void {
    if (this.head > fewDropped && this.head * 2 > this.due.length) {
      this.due = this.due.slice(this.head)
      this.head = 0
    }
    let low = this.head
    let high = this.due.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.due[middle]
      if (other !== undefined && other.time <= timed.time) low = middle + 1
      else high = middle
    }
    this.due.splice(low, 0, timed)
  }

  private compact(): void {
    this.dropped = 0
    this.due = this.due.slice(this.head).filter(({ live }) => live)
    this.head = 0
    const buckets = this.buckets
    this.buckets = new Map()
    for (const [number, bucket] of buckets) {
      const live = bucket.filter(({ live }) => live)
      if (live.length > 0) this.buckets.set(number, live)
    }
    this.numbers.retain((number) => this.buckets.has(number))
  }
}
