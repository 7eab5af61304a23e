/**
 * The states of a running fusion pipeline, to be looked at by whoever counts what is open: each operator puts its own here when it starts, and a
 * restarted one its new one. No part of the result; nobody but the operator changes a state.
 */
import { sourceWatermarks, type WatermarkState } from "../time/assignWatermarks.ts"
import type { AlertState } from "./alert.ts"
import type { AssociateState } from "./associate.ts"
import type { CorrelateState } from "./correlate.ts"

interface States {
  watermark: WatermarkState
  associate: AssociateState
  correlate: CorrelateState
  alert: AlertState
}

/** Made by {@link makeFusionViews}. */
export type FusionViews = ReturnType<typeof makeFusionViews>

export const makeFusionViews = () => {
  const states: Partial<States> = {}
  return {
    set: <Name extends keyof States>(name: Name, state: States[Name]): void => {
      states[name] = state
    },
    /** The pipeline's watermark, `undefined` before there is one. */
    watermark: () => states.watermark?.watermark,
    sourceWatermarks: () => states.watermark === undefined ? [] : sourceWatermarks(states.watermark),
    /** Tracks with observations that are not final, pairs with an open window, open alerts. */
    pendingWindows: (): ReadonlyArray<readonly [tier: string, count: number]> => [
      ["track", states.associate?.open.size ?? 0],
      ["pair", states.correlate?.active.size ?? 0],
      ["alert", states.alert?.open.size ?? 0]
    ],
    retractions: () => states.correlate?.retractions ?? 0
  }
}
