/** A thread that runs some seeds of the tracking benchmark and posts each result. */
import { parentPort, workerData } from "node:worker_threads"
import type { Regime } from "../../test/support/truth/trackedObject.ts"
import { truthField } from "../../test/support/truth/truthField.ts"
import { makeFilter, runTrack } from "./trackAcceptance.ts"

const { regime, seeds }: { readonly regime: Regime; readonly seeds: ReadonlyArray<number> } = workerData
const filter = makeFilter()
const field = truthField()
for (const seed of seeds) parentPort?.postMessage(runTrack(filter, field, seed, regime))
