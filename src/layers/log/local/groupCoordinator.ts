/**
 * Membership of consumer groups inside one process.
 *
 * Each join and leave starts a new *generation*: partitions are dealt out anew, in ranges, in the order in which members joined, and
 * every member whose share changed is told before the call returns. A revocation waits for nobody: what the former owner still does
 * with records of the partition is fenced when it commits.
 *
 * State: one entry per group that has members. It ends with the last one.
 */

/**
 * Ranges of consecutive partitions, one per member; the first members get one more where it does not come out even. Members beyond the
 * number of partitions get none.
 */
export const assignRanges = (partitions: number, members: number): ReadonlyArray<ReadonlyArray<number>> => {
  const share = Math.floor(partitions / members)
  const larger = partitions % members
  let next = 0
  return Array.from({ length: members }, (_, member) => {
    const size = share + (member < larger ? 1 : 0)
    const range = Array.from({ length: size }, (_, i) => next + i)
    next += size
    return range
  })
}

/** Told the partitions that a member owns from now on, ascending, and the generation that gave them. Must not start to read at once. */
type OnAssigned = (partitions: ReadonlyArray<number>, generation: number) => void

interface Group {
  readonly partitions: number
  readonly members: Array<OnAssigned>
  generation: number
}

interface GroupCoordinator {
  /** Makes `member` part of the group of this name and tells all members their share. Gives the way to leave; leaving twice is leaving. */
  join(name: string, partitions: number, member: OnAssigned): () => void
}

export const makeGroupCoordinator = (): GroupCoordinator => {
  const groups = new Map<string, Group>()

  const rebalance = (group: Group): void => {
    group.generation++
    const shares = assignRanges(group.partitions, group.members.length)
    for (const [i, member] of group.members.entries()) member(shares[i] ?? [], group.generation)
  }

  return {
    join: (name, partitions, member) => {
      const group = groups.get(name) ?? { partitions, members: [], generation: 0 }
      groups.set(name, group)
      group.members.push(member)
      rebalance(group)
      return () => {
        const index = group.members.indexOf(member)
        if (index < 0) return
        group.members.splice(index, 1)
        member([], group.generation + 1)
        if (group.members.length > 0) rebalance(group)
        else groups.delete(name)
      }
    }
  }
}
