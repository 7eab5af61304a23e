/** Things in the order in which they were last touched: a list through the things themselves, so that moving one allocates nothing. */

/** What can stand in a {@link Recency}, one at a time. */
export interface Linked<T> {
  older: T | undefined
  newer: T | undefined
}

export class Recency<T extends Linked<T>> {
  oldest: T | undefined = undefined
  private newest: T | undefined = undefined

  /** Makes it the newest. */
  touch(item: T): void {
    if (this.newest === item) return
    this.remove(item)
    item.older = this.newest
    if (this.newest === undefined) this.oldest = item
    else this.newest.newer = item
    this.newest = item
  }

  /** Takes it out, if it is in. */
  remove(item: T): void {
    const { newer, older } = item
    if (older !== undefined) older.newer = newer
    else if (this.oldest === item) this.oldest = newer
    if (newer !== undefined) newer.older = older
    else if (this.newest === item) this.newest = older
    item.older = undefined
    item.newer = undefined
  }
}
