/** What can be read of a running fusion pipeline's state, for whoever counts what is open: no part of the result. */
import type { StageReadings } from "../../layers/stage/StageState.ts"

export type FusionReadings = ReturnType<typeof fusionReadings>

const none: ReadonlyMap<string, number> = new Map()

/** `of`: what a stage lets be read, by its name. */
export const fusionReadings = (of: (stage: string) => StageReadings) => {
  const number = (stage: string, name: string): number | undefined => {
    const reading = of(stage)[name]
    return typeof reading === "number" ? reading : undefined
  }
  return {
    /** The pipeline's watermark, `undefined` before there is one. */
    watermark: (): number | undefined => number("watermark", "watermark"),
    sourceWatermarks: (): Iterable<readonly [source: string, time: number]> => {
      const { sources } = of("watermark")
      return sources instanceof Map ? sources : none
    },
    /** Tracks with observations that are not final, pairs with an open window, open alerts. */
    pendingWindows: (): ReadonlyArray<readonly [tier: string, count: number]> => [
      ["track", number("track", "open") ?? 0],
      ["pair", number("correlate", "pairs") ?? 0],
      ["alert", number("alert", "open") ?? 0]
    ],
    retractions: (): number => number("correlate", "retractions") ?? 0
  }
}
