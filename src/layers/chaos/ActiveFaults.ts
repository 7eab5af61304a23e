/**
 * The faults that are injected now: what stages and decorated services ask before each array and each call. Empty, it costs a comparison.
 *
 * State: the faults, and how much each has struck.
 */
import { Context } from "effect"
import type { Dependency, Experiment, Fault, FaultKind } from "../../domain/chaos/Experiment.ts"
import type { EventContext } from "../../domain/stream/Envelope.ts"
import { hash32 } from "../../domain/text/hash32.ts"

export interface ActiveFault {
  readonly id: string
  readonly experiment: Experiment
  struck: number
}

export class ActiveFaults extends Context.Reference<{
  readonly add: (fault: ActiveFault) => void
  readonly remove: (id: string) => void
  readonly onStage: (stage: string) => ReadonlyArray<ActiveFault>
  /** The fault that strikes the next call of a dependency, if one does: by its share, spread evenly over the calls. */
  readonly onCall: (dependency: Dependency) => Fault | undefined
  readonly all: () => ReadonlyArray<ActiveFault>
}>("perigee/layers/chaos/ActiveFaults", { defaultValue: () => makeActiveFaults() }) {}

const none: ReadonlyArray<ActiveFault> = []

/** Whether an event is in the blast radius: by its id, so that the same ones are struck at every stage and after a restart. */
export const strikes = (
  { experiment: { radius }, id }: ActiveFault,
  { id: eventId, sourceId }: EventContext
): boolean =>
  (radius.sources.length === 0 || radius.sources.includes(sourceId))
  && (radius.share >= 1 || hash32(`${id}/${eventId}`) < radius.share * 2 ** 32)

export const makeActiveFaults = () => {
  const faults = new Map<string, ActiveFault>()
  const calls = new Map<string, number>()
  let stages: ReadonlyMap<string, ReadonlyArray<ActiveFault>> = new Map()
  let byDependency: ReadonlyMap<Dependency, ReadonlyArray<ActiveFault>> = new Map()
  const index = () => {
    const all = Array.from(faults.values())
    stages = Map.groupBy(
      all.filter(({ experiment: { target } }) => target._tag === "stage"),
      ({ experiment: { target } }) => target._tag === "stage" ? target.stage : ""
    )
    const atDependency = new Map<Dependency, Array<ActiveFault>>()
    for (const fault of all) {
      const { target } = fault.experiment
      if (target._tag !== "dependency") continue
      atDependency.set(target.dependency, [...(atDependency.get(target.dependency) ?? []), fault])
    }
    byDependency = atDependency
  }
  return {
    add: (fault: ActiveFault) => {
      faults.set(fault.id, fault)
      index()
    },
    remove: (id: string) => {
      faults.delete(id)
      calls.delete(id)
      index()
    },
    onStage: (stage: string) => stages.get(stage) ?? none,
    onCall: (dependency: Dependency): Fault | undefined => {
      for (const active of byDependency.get(dependency) ?? none) {
        const call = (calls.get(active.id) ?? 0) + 1
        calls.set(active.id, call)
        const { share } = active.experiment.radius
        if (Math.floor(call * share) === Math.floor((call - 1) * share)) continue
        active.struck++
        return active.experiment.fault
      }
      return undefined
    },
    all: () => Array.from(faults.values())
  }
}

/** Whether a fault of this kind is on a dependency, without counting a call. */
export const isOn = (
  { all }: { readonly all: () => ReadonlyArray<ActiveFault> },
  dependency: Dependency,
  kind: FaultKind
): boolean =>
  all().some(({ experiment: { fault, target } }) =>
    fault._tag === kind && target._tag === "dependency" && target.dependency === dependency
  )
