/**
 * Counts the frames that never came, from the sequence numbers of one sender (u32, wrapping).
 *
 * A frame counts as lost when 32 numbers after it have been seen, so that reordered datagrams are not losses. A jump of more than 65,536
 * either way is a sender that started again: counting begins anew and the jump itself is no loss. State: at most 32 numbers.
 */
const reorderWindow = 32
const restartJump = 65_536

export interface SequenceGaps {
  /** Takes the next number seen and gives how many frames became known as lost by it. */
  readonly observe: (sequence: number) => number
}

const after = (sequence: number): number => (sequence + 1) >>> 0

export const makeSequenceGaps = (): SequenceGaps => {
  const ahead = new Set<number>()
  let next: number | undefined

  const observe = (sequence: number): number => {
    // Serial number arithmetic: the signed 32-bit difference survives the wrap.
    const distance = next === undefined ? 0 : (sequence - next) | 0
    if (next === undefined || Math.abs(distance) > restartJump) {
      ahead.clear()
      next = after(sequence)
      return 0
    }
    if (distance < 0) return 0
    ahead.add(sequence)
    let lost = 0
    while (ahead.size > 0) {
      if (!ahead.delete(next)) {
        if (((sequence - next) | 0) < reorderWindow) break
        lost++
      }
      next = after(next)
    }
    return lost
  }
  return { observe }
}
