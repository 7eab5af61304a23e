/** Counts of a stage for tests of who shows them. */
import type { StageCounts } from "../../src/layers/stage/StageRegistry.ts"

/** All of them 0 but those given. */
export const stageCounts = (some: Partial<StageCounts> = {}): StageCounts => ({
  in: 0,
  processed: 0,
  filtered: 0,
  late: 0,
  dead: 0,
  shed: 0,
  emitted: 0,
  evicted: 0,
  retries: 0,
  inFlight: 0,
  busyNanos: 0,
  idleNanos: 0,
  backpressuredNanos: 0,
  filteredReasons: new Map(),
  ...some
})
