/**
 * The observations that an estimate rests on, as a value: nobody changes a set that was handed on.
 *
 * One small object an observation, which knows the one before; of those before, at least {@link namedOfOne} are held and at most twice as many,
 * and the first. Beside them the exact count, and the contexts of up to 16 that are sampled, the newest.
 */
import { maxSampled } from "../stream/Contributors.ts"
import type { EventContext, JoinedInputs } from "../stream/Envelope.ts"
import { type LineageNode, lineageNode, mostInputs } from "./LineageRecord.ts"

/** How many of the newest are named of each set. */
export const namedOfOne = 8

export interface Evidence {
  readonly node: LineageNode
  readonly first: LineageNode
  readonly count: number
  readonly sampled: ReadonlyArray<EventContext>
  readonly previous: Evidence | undefined
  /** How many are held from here back. */
  readonly held: number
}

const none: ReadonlyArray<EventContext> = []

/** The newest `most` of a set, each alone with those before it. */
const cut = (evidence: Evidence, most: number): Evidence => ({
  ...evidence,
  previous: most <= 1 || evidence.previous === undefined ? undefined : cut(evidence.previous, most - 1),
  held: Math.min(most, evidence.held)
})

/** The set with one more. */
export const withEvidence = (before: Evidence | undefined, context: EventContext): Evidence => {
  const node = lineageNode(context)
  const sampled = before?.sampled ?? none
  const previous = before !== undefined && before.held >= 2 * namedOfOne ? cut(before, namedOfOne) : before
  return {
    node,
    first: before?.first ?? node,
    count: (before?.count ?? 0) + 1,
    sampled: context.trace.sampled ? [...sampled.slice(1 - maxSampled), context] : sampled,
    previous,
    held: (previous?.held ?? 0) + 1
  }
}

/** What an output of several sets was made of: of each the newest first, in turns, then the first of each. */
export const joinedEvidence = (sets: ReadonlyArray<Evidence>): JoinedInputs => {
  const inputs = new Map<string, LineageNode>()
  let newest: ReadonlyArray<Evidence> = sets
  for (let turn = 0; turn < namedOfOne && newest.length > 0; turn++) {
    for (const { node } of newest) inputs.set(node.id, node)
    newest = newest.flatMap(({ previous }) => previous ?? [])
  }
  for (const { first } of sets) if (inputs.size < mostInputs) inputs.set(first.id, first)
  return { inputs: Array.from(inputs.values()), count: sets.reduce((sum, { count }) => sum + count, 0) }
}

/** The sampled of several sets. */
export const sampledEvidence = (sets: ReadonlyArray<Evidence>): ReadonlyArray<EventContext> => {
  for (const { sampled } of sets) if (sampled.length > 0) return sets.flatMap((set) => set.sampled)
  return none
}
