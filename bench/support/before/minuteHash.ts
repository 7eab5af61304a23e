/** A spatial hash that finds all pairs of points closer than a radius. */

interface SpatialHash {
  /**
   * Calls `near(p, q)` once for each pair of points under the radius. `positions` holds three coordinates a point; a point that is
   * not finite has no neighbours. The points of the call before are forgotten.
   */
  readonly neighbours: (positions: Float64Array, near: (p: number, q: number) => void) => void
}

/** Cells to look in, x y z each: the own one, then one of each pair of opposite neighbours. */
const forward = Int8Array.from(
  [0, 1, -1].flatMap((z) => [0, 1, -1].flatMap((y) => [0, 1, -1].map((x) => [x, y, z]))).filter((
    [x = 0, y = 0, z = 0]
  ) => 9 * z + 3 * y + x >= 0).flat()
)

/**
 * For up to `count` points. Memory: about 70 bytes a point, allocated once. Points are sorted by bucket, so that those of a cell lie side
 * by side.
 */
export const makeSpatialHash = (count: number, radius: number): SpatialHash => {
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * count)))
  const mask = buckets - 1
  /** First slot of each bucket, and of the one after the last. */
  const starts = new Int32Array(buckets + 1)
  const bucketOf = new Int32Array(count)
  const fill = new Int32Array(buckets)
  /** Slot by slot: the point, its position and its cell. */
  const order = new Int32Array(count)
  const sorted = new Float64Array(3 * count)
  const cells = new Int32Array(3 * count)
  const radius2 = radius * radius
  const cellOf = (coordinate: number): number => Math.floor(coordinate / radius) | 0
  const bucket = (x: number, y: number, z: number): number =>
    (Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663) ^ Math.imul(z, 83_492_791)) & mask

  const sort = (positions: Float64Array): void => {
    starts.fill(0)
    for (let p = 0; p < count; p++) {
      const b = bucket(
        cellOf(positions[3 * p] ?? 0),
        cellOf(positions[3 * p + 1] ?? 0),
        cellOf(positions[3 * p + 2] ?? 0)
      )
      bucketOf[p] = b
      starts[b + 1] = (starts[b + 1] ?? 0) + 1
    }
    for (let b = 0; b < buckets; b++) starts[b + 1] = (starts[b + 1] ?? 0) + (starts[b] ?? 0)
    fill.set(starts.subarray(0, buckets))
    for (let p = 0; p < count; p++) {
      const b = bucketOf[p] ?? 0
      const slot = fill[b] ?? 0
      fill[b] = slot + 1
      order[slot] = p
      for (let axis = 0; axis < 3; axis++) {
        const coordinate = positions[3 * p + axis] ?? 0
        sorted[3 * slot + axis] = coordinate
        cells[3 * slot + axis] = cellOf(coordinate)
      }
    }
  }

  const neighbours: SpatialHash["neighbours"] = (positions, near) => {
    sort(positions)
    for (let s = 0; s < count; s++) {
      const p = order[s] ?? 0
      const x = sorted[3 * s] ?? 0
      const y = sorted[3 * s + 1] ?? 0
      const z = sorted[3 * s + 2] ?? 0
      for (let f = 0; f < forward.length; f += 3) {
        const cx = (cells[3 * s] ?? 0) + (forward[f] ?? 0)
        const cy = (cells[3 * s + 1] ?? 0) + (forward[f + 1] ?? 0)
        const cz = (cells[3 * s + 2] ?? 0) + (forward[f + 2] ?? 0)
        const b = bucket(cx, cy, cz)
        const to = starts[b + 1] ?? 0
        // In the own cell only what comes after: each pair once.
        for (let t = f === 0 ? s + 1 : (starts[b] ?? 0); t < to; t++) {
          const dx = (sorted[3 * t] ?? 0) - x
          const dy = (sorted[3 * t + 1] ?? 0) - y
          const dz = (sorted[3 * t + 2] ?? 0) - z
          // Another cell of the same bucket has its own turn.
          if (
            dx * dx + dy * dy + dz * dz < radius2 && cells[3 * t] === cx && cells[3 * t + 1] === cy
            && cells[3 * t + 2] === cz
          ) near(p, order[t] ?? 0)
        }
      }
    }
  }
  return { neighbours }
}
