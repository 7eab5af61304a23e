/**
 * Sums over the last minutes, in slots of ten seconds: adding is one index, and what is old goes with its slot.
 *
 * State: `slots` times `fields` numbers, and as many times. A sum is right to within one slot.
 */
import type { UtcTime } from "../../time/UtcTime.ts"

export const slotMillis = 10_000

export class RecentSums {
  private readonly sums: Float64Array
  /** The number of the slot that stands in each place; NaN: none yet. */
  private readonly numbers: Float64Array
  private readonly fields: number
  private readonly slots: number

  constructor(fields: number, slots: number) {
    this.fields = fields
    this.slots = slots
    this.sums = new Float64Array(fields * slots)
    this.numbers = new Float64Array(slots).fill(Number.NaN)
  }

  /** Where the sums of now begin, for {@link add}; asked once for several of them. */
  at(now: UtcTime): number {
    const number = Math.floor(now / slotMillis)
    const place = ((number % this.slots) + this.slots) % this.slots
    if (this.numbers[place] !== number) {
      this.sums.fill(0, place * this.fields, (place + 1) * this.fields)
      this.numbers[place] = number
    }
    return place * this.fields
  }

  add(base: number, field: number, value: number): void {
    this.sums[base + field] = (this.sums[base + field] ?? 0) + value
  }

  /** The sums of the slots that began in the last `slots` slots before `now`, that of now among them. */
  total(now: UtcTime, slots = this.slots): Float64Array {
    const newest = Math.floor(now / slotMillis)
    const total = new Float64Array(this.fields)
    for (let place = 0; place < this.slots; place++) {
      const number = this.numbers[place] ?? Number.NaN
      if (!(number > newest - slots && number <= newest)) continue
      for (let field = 0; field < this.fields; field++) {
        total[field] = (total[field] ?? 0) + (this.sums[place * this.fields + field] ?? 0)
      }
    }
    return total
  }
}
