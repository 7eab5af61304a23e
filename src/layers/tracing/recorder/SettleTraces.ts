/** How a run ends what waits for more of its traces. */
import { Context } from "effect"

/** Decides all traces that wait for a decision: for the end of a run, whose report counts what was kept. */
export class SettleTraces extends Context.Reference<() => void>("perigee/layers/observability/SettleTraces", {
  defaultValue: () => () => {}
}) {}
