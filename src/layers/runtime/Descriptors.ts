/** File descriptors of this process, and how many of them one listener may take. The default knows of none. */
import { Context, Effect } from "effect"

export class Descriptors extends Context.Reference<{
  /** `undefined` where the system does not tell. */
  readonly open: () => number | undefined
  readonly most: () => number | undefined
}>("perigee/layers/runtime/Descriptors", { defaultValue: () => ({ open: () => undefined, most: () => undefined }) }) {}

/**
 * How many connections a listener may hold: what it asks for, but no more than its share of the descriptors that are free now, and at least one. So
 * a crowd at one door leaves the others open, and files can still be opened.
 */
export const connectionsWithin = Effect.fnUntraced(function*(wanted: number, share: number) {
  const descriptors = yield* Descriptors
  const [most, open] = [descriptors.most(), descriptors.open()]
  return most === undefined || open === undefined
    ? wanted
    : Math.max(1, Math.min(wanted, Math.floor((most - open) * share)))
})
