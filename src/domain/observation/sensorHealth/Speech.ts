/**
 * How often a sensor speaks, learnt from itself, and how unlikely its silence is.
 *
 * Time goes in slots. Only those count in which it could see something; in each it spoke or did not. The share of slots in which it spoke while it
 * worked (Laplace's rule of succession, half at the start) gives the probability of a run of silent ones, and a slot in which it saw less than
 * usual weighs less. While a run lasts it teaches nothing: else a dead sensor would become a quiet one. State: seven numbers.
 */

/** Below it a silence is no chance any more. Slots of one pass are not independent: hence so small. */
export const leastChance = 1e-4

/** Weight of the newest slot in the means: a quarter of an hour's memory. */
const weight = 0.02

export class Speech {
  private slots = 0
  private spoken = 0
  private learnt = 0
  private meanVisible = 0
  /** Observations per visible object and slot, while it speaks. */
  private perVisible: number | undefined
  /** Logarithm of the probability of the present run of silence. */
  private logChance = 0
  private pending = 0

  private get share(): number {
    return (this.spoken + 1) / (this.slots + 2)
  }

  /** One slot is over. `visible` is 0 or unknown: nothing can be learnt from silence. */
  closed(count: number, visible: number | undefined): void {
    if (count > 0) {
      this.slots += this.logChance > Math.log(leastChance) ? this.pending + 1 : 1
      this.spoken++
      this.pending = 0
      this.logChance = 0
      if (visible === undefined || visible <= 0) return
      // A plain mean until there are enough for one that forgets.
      const step = Math.max(weight, 1 / ++this.learnt)
      const perVisible = this.perVisible ?? 0
      this.meanVisible += step * (visible - this.meanVisible)
      this.perVisible = perVisible + step * (count / visible - perVisible)
      return
    }
    if (visible === undefined || visible <= 0) return
    this.pending++
    const usual = this.meanVisible > 0 ? Math.min(1, visible / this.meanVisible) : 1
    this.logChance += usual * Math.log(1 - this.share)
  }

  /** The silence since it last spoke is no chance any more. */
  get isSilent(): boolean {
    return this.logChance <= Math.log(leastChance)
  }

  /** How likely so long a silence is of a sensor that works. */
  get chance(): number {
    return Math.exp(this.logChance)
  }

  /** Observations in a slot to be expected with so much to see: over all slots, silent ones too. `undefined`: too early to say. */
  expected(visible: number | undefined): number | undefined {
    if (visible === undefined) return undefined
    if (visible <= 0) return 0
    return this.perVisible === undefined || this.slots < leastSlots ? undefined : this.perVisible * visible * this.share
  }
}

const leastSlots = 6
