/**
 * A stream into several branches, the same or a part of it to each, and their outputs into one.
 *
 * Pure branches run one after the other in the turn of the array. Others each get a bounded queue and a fiber; the slowest holds all back.
 */
import { Cause, Effect, type Pull, Stream } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import { direct, type Edge, type Graph, inRow, nodeGraph, sideBySide } from "../graph/Graph.ts"
import { makeOperator, type Operator } from "../stage/Operator.ts"
import { isNonEmpty } from "../stage/running/elements.ts"
import { makeProcess, type Process } from "../stage/running/Process.ts"
import { pureOperator } from "../stage/running/pureOperator.ts"
import { isThere, toEffect } from "../stage/running/toEffect.ts"
import { BranchControls } from "./fanIn.ts"
import { type Arrival, type Elements, feed, makeInlets, untilEnd } from "./inlets.ts"

interface Branch<in A, out B, out E, out R> {
  readonly name: string
  readonly operator: Operator<A, B, E, R>
}

interface FanOutOptions<in A, out C> {
  readonly name: string
  /** What each branch gets of an array, in their order: its events, and all controls. */
  readonly part: (elements: ReadonlyArray<Element<A>>) => ReadonlyArray<ReadonlyArray<Element<C>>>
  /** What lies between the fork and each branch, and between each branch and the stage behind, where branches are not pure. */
  readonly edge: Edge
}

/** One turn for each control and what stands before it, so that all branches have passed it when it goes on. */
const turnsOf = <A>(elements: ReadonlyArray<Element<A>>): ReadonlyArray<ReadonlyArray<Element<A>>> => {
  const turns: Array<Array<Element<A>>> = []
  let turn: Array<Element<A>> = []
  for (const element of elements) {
    turn.push(element)
    if (element._tag === "Batch") continue
    turns.push(turn)
    turn = []
  }
  if (turn.length > 0) turns.push(turn)
  return turns
}

/** Branches in one turn: for each control the outputs of the first branch, then of the second, ... then the control. */
const inOneTurn = <A, C, B>(
  branches: ReadonlyArray<Process<C, B>>,
  part: FanOutOptions<A, C>["part"]
): Process<A, B> => {
  const controls = new BranchControls(branches.length)
  const take = (branch: number, outputs: ReadonlyArray<Element<B>>, into: Array<Element<B>>): void => {
    const passed: Array<Element<B>> = []
    for (const element of outputs) {
      if (element._tag === "Batch") into.push(element)
      else {
        const control = controls.pass(branch, element)
        if (control !== undefined) passed.push(control)
      }
    }
    into.push(...passed)
  }
  return makeProcess(branches.flatMap(({ counts }) => counts), (elements) => {
    const outputs: Array<Element<B>> = []
    const work = turnsOf(elements).flatMap((turn) => {
      const parts = part(turn)
      return branches.map((process, branch) => ({ turn: parts[branch] ?? [], process, branch }))
    })
    const from = (start: number): ReadonlyArray<Element<B>> | Effect.Effect<ReadonlyArray<Element<B>>> => {
      for (let i = start; i < work.length; i++) {
        const step = work[i]
        if (step === undefined) break
        if (step.turn.length === 0) continue
        const result = step.process(step.turn)
        if (!isThere(result)) {
          return Effect.flatMap(result, (made) => {
            take(step.branch, made, outputs)
            return toEffect(from(i + 1))
          })
        }
        take(step.branch, result, outputs)
      }
      return outputs
    }
    return from(0)
  })
}

export const fanOut = <A, C, B, E, R>(
  branches: ReadonlyArray<Branch<C, B, E, R>>,
  options: FanOutOptions<A, C>
): Operator<A, B, E, R> => {
  const processes = branches.flatMap(({ operator: { process } }) => process === undefined ? [] : [process])
  const graph = sideBySide(branches.map(({ operator }) => operator.graph))
  return processes.length === branches.length
    ? pureOperator(graph, Effect.map(Effect.all(processes), (made) => inOneTurn(made, options.part)))
    : makeOperator(withQueues(graph, options.name, options.edge), (self) => inFibers(self, branches, options))
}

const withQueues = (branches: Graph, name: string, edge: Edge): Graph =>
  inRow(
    inRow(nodeGraph({ name, kind: "fork", edge }), branches),
    nodeGraph({ name: `${name} merge`, kind: "merge", edge: direct }),
    edge
  )

/** The names of a branch's first and last stage. */
const ends = ({ name, operator: { graph: { inputs, nodes, outputs } } }: Branch<never, unknown, unknown, unknown>) => ({
  first: nodes[inputs[0] ?? 0]?.name ?? name,
  last: nodes[outputs[0] ?? 0]?.name ?? name
})

const inFibers = <A, C, B, E, R, E0, R0>(
  self: Stream.Stream<Element<A>, E0, R0>,
  branches: ReadonlyArray<Branch<C, B, E, R>>,
  { edge: { capacity }, name, part }: FanOutOptions<A, C>
): Stream.Stream<Element<B>, E | E0, R | R0> =>
  Stream.transformPull(
    self,
    Effect.fnUntraced(function*(pull, scope) {
      const out = yield* makeInlets<B, E | E0>({
        stage: `${name} merge`,
        edges: branches.map((branch) => `${ends(branch).last} -> ${name} merge`),
        capacity
      })
      const ins = yield* Effect.forEach(
        branches,
        (branch) => makeInlets<C, E0>({ stage: name, edges: [`${name} -> ${ends(branch).first}`], capacity })
      )

      const distribute = (elements: Elements<A>) =>
        Effect.forEach(part(elements), (theirs, branch) =>
          isNonEmpty(theirs) ? ins[branch]?.offer(0, theirs) ?? Effect.void : Effect.void, { discard: true })
      yield* Effect.forkIn(
        feed(
          pull,
          distribute,
          Effect.forEach(ins, (inlet) =>
            inlet.end(0), { discard: true }),
          (cause) =>
            Effect.forEach(ins, (inlet) => inlet.failCause(cause), { discard: true })
        ),
        scope
      )

      for (const [place, { operator }] of branches.entries()) {
        const inlet = ins[place]
        if (inlet === undefined) continue
        const input = Stream.fromPull(Effect.succeed(untilEnd(inlet.take)))
        yield* Effect.forkIn(
          Stream.runForEachArray(operator(input), (elements) => out.offer(place, elements)).pipe(
            Effect.andThen(out.end(place)),
            Effect.catchCause(out.failCause)
          ),
          scope
        )
      }

      return joined(out.take, branches.length)
    })
  )

/** What the branches give, as it comes, until all have ended; each control once. */
const joined = <B, E>(take: Effect.Effect<Arrival<B>, E>, branches: number): Pull.Pull<Elements<B>, E> => {
  const controls = new BranchControls(branches)
  let open = branches
  const next: Pull.Pull<Elements<B>, E> = Effect.suspend(() => {
    if (open === 0) return Cause.done()
    return Effect.flatMap(take, ({ elements, inlet }) => {
      const outputs: Array<Element<B>> = []
      if (elements === undefined) {
        open--
        outputs.push(...controls.end(inlet))
      }
      for (const element of elements ?? []) {
        const passed = element._tag === "Batch" ? element : controls.pass(inlet, element)
        if (passed !== undefined) outputs.push(passed)
      }
      return isNonEmpty(outputs) ? Effect.succeed(outputs) : next
    })
  })
  return next
}
