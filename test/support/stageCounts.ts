/** Counts of a stage for tests of who shows them. */
import { emptyCounts, type StageCounts } from "../../src/layers/stage/StageRegistry.ts"

/** All of them 0 but those given. */
export const stageCounts = (some: Partial<StageCounts> = {}): StageCounts => ({ ...emptyCounts(), ...some })
