/** Which windows an event's time falls in. Windows are [start, end), times are whole milliseconds. */
import { Data } from "effect"

/** Windows of `size`, one every `slide`, starting at multiples of it since 1970. */
export interface AlignedAssigner {
  readonly kind: "aligned"
  readonly size: number
  readonly slide: number
}

/** Windows of one key's events that follow each other by less than `gap`. */
interface SessionAssigner {
  readonly kind: "session"
  readonly gap: number
}

export type WindowAssigner = AlignedAssigner | SessionAssigner

/** Each event in one window of `size` ms. */
export const tumbling = (size: number): AlignedAssigner => ({ kind: "aligned", size, slide: size })

/** Windows of `size` ms, a new one every `slide` ms; `slide` is no greater than `size`. */
export const sliding = (size: number, slide: number): AlignedAssigner => ({ kind: "aligned", size, slide })

/** A window lasts until its key had no event for `gap` ms: an event `gap` after the last begins the next. */
export const session = (gap: number): SessionAssigner => ({ kind: "session", gap })

/** A window that cannot be. Ends the pipeline when it starts. */
export class InvalidWindow extends Data.TaggedError("InvalidWindow")<{
  readonly window: string
  readonly problem: string
}> {
  override get message(): string {
    return `window ${this.window}: ${this.problem}`
  }
}

const isLength = (value: number): boolean => Number.isSafeInteger(value) && value > 0

/** What is wrong with an assigner, if anything. */
export const problemOf = (assigner: WindowAssigner): string | undefined => {
  if (assigner.kind === "session") {
    return isLength(assigner.gap) ? undefined : `a gap of ${assigner.gap} is not a number of ms above 0`
  }
  const { size, slide } = assigner
  if (!isLength(size)) return `a size of ${size} is not a number of ms above 0`
  if (!isLength(slide)) return `a slide of ${slide} is not a number of ms above 0`
  return slide > size ? `a slide of ${slide} ms is longer than its size of ${size} ms` : undefined
}
