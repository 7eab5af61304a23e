/**
 * Experiments on this process, each on a lease: whoever runs one must be heard of every few seconds, else it is rolled back. Nothing outlives its time,
 * its steady state, its controller, or the process.
 *
 * The steady state is checked before (an experiment on what is not steady is refused), every second meanwhile, and afterwards until it holds again.
 * State: the experiments under way and the last 50 reports.
 */
import { Context, Effect, type Scope } from "effect"
import type { ChaosAnswer, ChaosReport, ConditionCheck } from "../../domain/api/chaos.ts"
import type { Condition, Experiment } from "../../domain/chaos/Experiment.ts"
import type { ChaosRefused } from "./ChaosRefused.ts"

/** How the state of the process is looked at: by the run that is under way. */
export interface SteadyStateProbe {
  readonly stages: () => ReadonlyArray<string>
  readonly check: (condition: Condition) => ConditionCheck
}

/** By default there is no chaos. */
export class Chaos extends Context.Reference<{
  readonly answer: () => ChaosAnswer
  /** Looks through `probe` until the scope closes, when everything is rolled back. */
  readonly watchWith: (probe: SteadyStateProbe) => Effect.Effect<void, never, Scope.Scope>
  readonly run: (experiment: Experiment) => Effect.Effect<ChaosReport, ChaosRefused>
  /** The controller is there. Gives how it stands; `undefined` where it never was. */
  readonly heartbeat: (id: string) => Effect.Effect<ChaosReport | undefined>
  readonly stop: (id: string) => Effect.Effect<ChaosReport | undefined>
}>("perigee/layers/chaos/Chaos", {
  defaultValue: () => ({
    answer: () => ({ enabled: false, active: [], past: [] }),
    watchWith: () => Effect.void,
    run: () => Effect.die(new Error("chaos is off")),
    heartbeat: () => Effect.undefined,
    stop: () => Effect.undefined
  })
}) {}
