/** The conjunctions that the catalogue foresees, by hour and object, as far as hours are screened. State: about 200 bytes a conjunction. */
import type { Conjunction } from "../../../domain/alert/Conjunction.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"

export const hourMillis = 3_600_000

const byObject = (conjunctions: ReadonlyArray<Conjunction>): ReadonlyMap<string, ReadonlyArray<Conjunction>> => {
  const found = new Map<string, Array<Conjunction>>()
  for (const conjunction of conjunctions) {
    for (const objectId of conjunction.pair) {
      const known = found.get(objectId)
      if (known === undefined) found.set(objectId, [conjunction])
      else known.push(conjunction)
    }
  }
  return found
}

const none: ReadonlyArray<never> = []

export class ForeseenHours {
  readonly horizonMillis: number
  private readonly hours = new Map<number, ReadonlyMap<string, ReadonlyArray<Conjunction>>>()

  constructor(horizonMillis: number) {
    this.horizonMillis = horizonMillis
  }

  /** The hours between two times that are not screened yet, nearest first. */
  missing(from: UtcTime, to: UtcTime): ReadonlyArray<number> {
    let found: Array<number> | undefined
    for (let index = Math.floor(from / hourMillis), last = Math.floor(to / hourMillis); index <= last; index++) {
      if (!this.hours.has(index)) (found ??= []).push(index)
    }
    return found ?? none
  }

  set(index: number, conjunctions: ReadonlyArray<Conjunction>): void {
    this.hours.set(index, byObject(conjunctions))
  }

  /** Lets go of what is more than a horizon past. */
  forget(now: UtcTime): void {
    for (const index of this.hours.keys()) {
      if ((index + 1) * hourMillis < now - this.horizonMillis) this.hours.delete(index)
    }
  }

  /** Those of an object after a time, within the horizon; `only`: within one hour. */
  ahead(objectId: string, time: UtcTime, only?: number): ReadonlyArray<Conjunction> {
    const found: Array<Conjunction> = []
    const first = only ?? Math.floor(time / hourMillis)
    const last = only ?? Math.floor((time + this.horizonMillis) / hourMillis)
    for (let index = first; index <= last; index++) {
      for (const conjunction of this.hours.get(index)?.get(objectId) ?? none) {
        if (conjunction.nominalTca > time && conjunction.nominalTca <= time + this.horizonMillis) {
          found.push(conjunction)
        }
      }
    }
    return found
  }
}
