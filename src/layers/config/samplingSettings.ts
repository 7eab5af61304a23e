/** Settings of which traces are kept. */
import { optionalSetting, setting } from "./Setting.ts"
import { number, onOff, policy } from "./settingKinds.ts"

export const samplingSettings = {
  traceRatio: setting({
    name: "PERIGEE_TRACE_RATIO",
    kind: number({ unit: "share", minimum: 0, maximum: 1 }),
    fallback: 0.01,
    what: "Share of the observations that are traced from the start.",
    why: "One in a hundred shows the usual at a cost that is hard to measure."
  }),
  traceTarget: optionalSetting({
    name: "PERIGEE_TRACE_TARGET",
    kind: number({ unit: "traces a second", minimum: 0, maximum: 1_000_000, above: true }),
    what: "Traces a second to keep of each source, in place of a fixed share; the share begins at PERIGEE_TRACE_RATIO.",
    why:
      "A fixed share is the same on every replica and in every replay; a target is for sources whose rates differ or change."
  }),
  traceLoadGuard: optionalSetting({
    name: "PERIGEE_TRACE_LOAD_GUARD",
    kind: onOff,
    what:
      "Whether half as much is sampled while the process uses over 80 % of a core or of the heap. Without it: on, but off with a seed.",
    why:
      "Under load the events matter more than the traces; a seeded run is to be the same each time, however fast the machine is."
  }),
  tailPolicy: optionalSetting({
    name: "PERIGEE_TAIL_POLICY",
    kind: policy,
    what: "Which traces are kept of those that are recorded, once they are complete: a policy.",
    why: "Without one all are kept: the head has made them few, and what went wrong is among them."
  })
}
