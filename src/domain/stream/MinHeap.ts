/** Things of which the least is at hand: a binary heap. O(log n) to push and to pop. */
export class MinHeap<A> {
  private items: Array<A> = []
  private readonly compare: (a: A, b: A) => number

  constructor(compare: (a: A, b: A) => number) {
    this.compare = compare
  }

  get size(): number {
    return this.items.length
  }

  peek(): A | undefined {
    return this.items[0]
  }

  push(item: A): void {
    const { compare, items } = this
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above]
      if (parent === undefined || compare(parent, item) <= 0) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  pop(): A | undefined {
    const { compare, items } = this
    const least = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return least
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      let child = items[below]
      if (child === undefined) break
      const right = items[below + 1]
      if (right !== undefined && compare(right, child) < 0) {
        below++
        child = right
      }
      if (compare(last, child) <= 0) break
      items[at] = child
      at = below
    }
    items[at] = last
    return least
  }

  /** Takes out all others. */
  retain(keep: (item: A) => boolean): void {
    const kept = this.items.filter(keep)
    this.items = []
    for (const item of kept) this.push(item)
  }
}
