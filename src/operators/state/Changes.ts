/**
 * Which entries of a part of a stage's state changed since somebody asked. Nothing is noted, and nothing held, before it is asked for the first time.
 *
 * State: an entry each that changed since.
 */
export class Changes<E> {
  private noted: Set<E> | undefined = undefined

  /** Whether anybody asks: whoever would have to look for what changes can spare it. */
  get isNoting(): boolean {
    return this.noted !== undefined
  }

  note(entry: E): void {
    if (this.noted !== undefined) this.noted.add(entry)
  }

  /** What changed, in the order in which it first did; from now on what comes is noted. */
  take(): ReadonlySet<E> {
    const noted = this.noted ?? new Set<E>()
    this.noted = new Set()
    return noted
  }
}
