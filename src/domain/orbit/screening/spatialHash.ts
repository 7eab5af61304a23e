/** A grid in which pairs of points closer than a radius find each other, those apart in their distance from the origin left out first. */

/** Points, by number. */
export interface Points {
  /** Three coordinates a point; a point that is not finite has no neighbours. */
  readonly positions: Float64Array
  /** A point is left alone by those whose `[low, high]` does not touch its own: here the radii that it may have for a while. */
  readonly low: Float64Array
  readonly high: Float64Array
}

interface SpatialHash {
  /**
   * Calls `near(p, q)` once for each pair of points whose intervals touch and that are under the radius, or under twice the radius if one of them is
   * wide. The points of the call before are forgotten.
   */
  readonly neighbours: (points: Points, near: (p: number, q: number) => void) => void
}

/**
 * Cells a side as a power of two, for some four cells a point. Space repeats after so many: what is taken for near although it is far is found out by its
 * distance. At least eight, so that the five that a wide point looks into are as many.
 */
const bitsFor = (count: number): number => Math.max(3, Math.min(6, Math.ceil(Math.log2(4 * count + 1) / 3)))

/** Numbers a point: x y z, low, high. Single precision, good to a metre: the radius has room for that. */
const stride = 5

/**
 * For points numbered like `wide`, which tells the few that need twice the radius: they look around for themselves, so that the cells can be as small as
 * the others allow. Memory: at most 1 MB and about 40 bytes a point, allocated once. Points are sorted by cell, those of cells that follow each other
 * along x side by side, so that three cells are one run.
 */
export const makeSpatialHash = (wide: ReadonlyArray<boolean>, radius: number): SpatialHash => {
  const count = wide.length
  const bits = bitsFor(count)
  const mask = 2 ** bits - 1
  const cellCount = 2 ** (3 * bits)
  const narrowPoints = Int32Array.from(wide.flatMap((isWide, p) => isWide ? [] : [p]))
  const widePoints = Int32Array.from(wide.flatMap((isWide, p) => isWide ? [p] : []))
  /** First slot of each cell, and of the one after the last. */
  const starts = new Int32Array(cellCount + 1)
  const cellOf = new Int32Array(count)
  /** Slot by slot: the point, its cell, position and interval. */
  const order = new Int32Array(count)
  const cells = new Int32Array(count)
  const sorted = new Float32Array(stride * count)
  /** From and to slot of the runs to look at, from the cell in hand. */
  const runs = new Int32Array(64)
  const radius2 = radius * radius
  const perCell = 1 / radius

  const coordinate = (metres: number): number => Math.floor(metres * perCell)

  /** Sorts the finite narrow points by cell and gives their number. */
  const sort = ({ high, low, positions }: Points): number => {
    starts.fill(0)
    for (const p of narrowPoints) {
      const x = coordinate(positions[3 * p] ?? 0)
      const y = coordinate(positions[3 * p + 1] ?? 0)
      const z = coordinate(positions[3 * p + 2] ?? 0)
      // Not a number if one of them is not.
      if (!(x + y + z < Infinity)) {
        cellOf[p] = -1
        continue
      }
      const cell = (x & mask) | (y & mask) << bits | (z & mask) << 2 * bits
      cellOf[p] = cell
      starts[cell] = (starts[cell] ?? 0) + 1
    }
    // Each cell's count becomes the slot after its last, which filling it from behind turns into its first.
    let total = 0
    for (let cell = 0; cell < cellCount; cell++) starts[cell] = total += starts[cell] ?? 0
    starts[cellCount] = total
    for (let n = narrowPoints.length - 1; n >= 0; n--) {
      const p = narrowPoints[n] ?? 0
      const cell = cellOf[p] ?? -1
      if (cell < 0) continue
      const slot = (starts[cell] ?? 0) - 1
      starts[cell] = slot
      order[slot] = p
      cells[slot] = cell
      const at = stride * slot
      sorted[at] = positions[3 * p] ?? 0
      sorted[at + 1] = positions[3 * p + 1] ?? 0
      sorted[at + 2] = positions[3 * p + 2] ?? 0
      sorted[at + 3] = low[p] ?? 0
      sorted[at + 4] = high[p] ?? 0
    }
    return total
  }

  /** Adds the run of slots of the cells from x - `reach` to x + `reach` of a row, in pieces where the row begins again. Gives the number of runs. */
  const addRow = (used: number, x: number, y: number, z: number, reach: number): number => {
    const row = (y & mask) << bits | (z & mask) << 2 * bits
    if (x >= reach && x + reach <= mask) {
      runs[2 * used] = starts[row + x - reach] ?? 0
      runs[2 * used + 1] = starts[row + x + reach + 1] ?? 0
      return used + 1
    }
    for (let step = -reach; step <= reach; step++) {
      const cell = row | x + step & mask
      runs[2 * used] = starts[cell] ?? 0
      runs[2 * used + 1] = starts[cell + 1] ?? 0
      used++
    }
    return used
  }

  const narrowPairs = (used: number, near: (p: number, q: number) => void): void => {
    let [cell, count] = [-1, 0]
    for (let s = 0; s < used; s++) {
      if (cells[s] !== cell) {
        cell = cells[s] ?? 0
        const [x, y, z] = [cell & mask, cell >> bits & mask, cell >> 2 * bits]
        // Of each two opposite cells one: the next along x (the own one comes with it), then four rows of three.
        runs[1] = starts[cell + 1] ?? 0
        count = 1
        if (x < mask) runs[1] = starts[cell + 2] ?? 0
        else {
          runs[2] = starts[cell - mask] ?? 0
          runs[3] = starts[cell - mask + 1] ?? 0
          count = 2
        }
        count = addRow(count, x, y + 1, z, 1)
        for (let step = -1; step <= 1; step++) count = addRow(count, x, y + step, z + 1, 1)
      }
      runs[0] = s + 1
      const at = stride * s
      const [x, y, z] = [sorted[at] ?? 0, sorted[at + 1] ?? 0, sorted[at + 2] ?? 0]
      const [low, high] = [sorted[at + 3] ?? 0, sorted[at + 4] ?? 0]
      for (let run = 0; run < count; run++) {
        const to = stride * (runs[2 * run + 1] ?? 0)
        for (let t = stride * (runs[2 * run] ?? 0); t < to; t += stride) {
          if ((sorted[t + 3] ?? 0) > high || (sorted[t + 4] ?? 0) < low) continue
          const dx = (sorted[t] ?? 0) - x
          const dy = (sorted[t + 1] ?? 0) - y
          const dz = (sorted[t + 2] ?? 0) - z
          if (dx * dx + dy * dy + dz * dz < radius2) near(order[s] ?? 0, order[t / stride] ?? 0)
        }
      }
    }
  }

  const widePairs = ({ high, low, positions }: Points, near: (p: number, q: number) => void): void => {
    for (const [n, p] of widePoints.entries()) {
      const [x, y, z] = [positions[3 * p] ?? 0, positions[3 * p + 1] ?? 0, positions[3 * p + 2] ?? 0]
      if (!(x + y + z < Infinity)) continue
      const [least, most] = [low[p] ?? 0, high[p] ?? 0]
      let count = 0
      for (let row = 0; row < 25; row++) {
        count = addRow(0, coordinate(x) & mask, coordinate(y) + row % 5 - 2, coordinate(z) + Math.floor(row / 5) - 2, 2)
        for (let run = 0; run < count; run++) {
          for (let s = runs[2 * run] ?? 0; s < (runs[2 * run + 1] ?? 0); s++) {
            const at = stride * s
            if ((sorted[at + 3] ?? 0) > most || (sorted[at + 4] ?? 0) < least) continue
            const dx = (sorted[at] ?? 0) - x
            const dy = (sorted[at + 1] ?? 0) - y
            const dz = (sorted[at + 2] ?? 0) - z
            if (dx * dx + dy * dy + dz * dz < 4 * radius2) near(p, order[s] ?? 0)
          }
        }
      }
      for (let m = n + 1; m < widePoints.length; m++) {
        const q = widePoints[m] ?? 0
        const dx = (positions[3 * q] ?? 0) - x
        const dy = (positions[3 * q + 1] ?? 0) - y
        const dz = (positions[3 * q + 2] ?? 0) - z
        if ((low[q] ?? 0) <= most && (high[q] ?? 0) >= least && dx * dx + dy * dy + dz * dz < 4 * radius2) near(p, q)
      }
    }
  }

  return {
    neighbours: (points, near) => {
      narrowPairs(sort(points), near)
      widePairs(points, near)
    }
  }
}
