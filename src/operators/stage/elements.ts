/** Arrays of elements: events with controls among them. */
import type { Control, Element, Envelope } from "../../domain/Envelope.ts"

export const isNonEmpty = <A>(array: ReadonlyArray<A>): array is readonly [A, ...Array<A>] => array.length > 0

/** Hands over the events between controls, run by run, and each control, in order. */
export const forEachRun = <A>(
  elements: ReadonlyArray<Element<A>>,
  onEvents: (events: ReadonlyArray<Envelope<A>>) => void,
  onControl: (control: Control) => void
): void => {
  let run: Array<Envelope<A>> = []
  for (const element of elements) {
    if (element._tag === "Event") {
      run.push(element)
      continue
    }
    if (run.length > 0) {
      onEvents(run)
      run = []
    }
    onControl(element)
  }
  if (run.length > 0) onEvents(run)
}
