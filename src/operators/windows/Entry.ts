/** What a pane or session holds of one key: the accumulator and, in the same object, who contributed to it. */
import { Contributors } from "../../domain/stream/Contributors.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

export class Entry<Acc> extends Contributors {
  acc: Acc

  constructor(acc: Acc) {
    super()
    this.acc = acc
  }
}

/** Of a pane. */
export class PaneEntry<K, Acc> extends Entry<Acc> {
  readonly key: K
  /** Start of its pane. */
  readonly start: UtcTime
  /** Its place in the order in which the pane's keys came. */
  readonly order: number

  constructor(key: K, start: UtcTime, order: number, acc: Acc) {
    super(acc)
    this.key = key
    this.start = start
    this.order = order
  }
}
