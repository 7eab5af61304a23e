/** Numbers of which the least is at hand: a binary heap. */
export class MinHeap {
  private readonly numbers: Array<number> = []

  peek(): number | undefined {
    return this.numbers[0]
  }

  push(number: number): void {
    const { numbers } = this
    let at = numbers.length
    numbers.push(number)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = numbers[above]
      if (parent === undefined || parent <= number) break
      numbers[at] = parent
      at = above
    }
    numbers[at] = number
  }

  pop(): number | undefined {
    const { numbers } = this
    const least = numbers[0]
    const last = numbers.pop()
    if (last === undefined || numbers.length === 0) return least
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      let child = numbers[below]
      if (child === undefined) break
      const right = numbers[below + 1]
      if (right !== undefined && right < child) {
        below++
        child = right
      }
      if (last <= child) break
      numbers[at] = child
      at = below
    }
    numbers[at] = last
    return least
  }

  clear(): void {
    this.numbers.length = 0
  }
}
