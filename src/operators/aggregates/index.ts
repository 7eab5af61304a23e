/**
 * Many events into one value: what windows are filled with. See `docs/operators/aggregates.md`.
 */
export type { StateSchema } from "../state/Binary.ts"
export type { Aggregate } from "./Aggregate.ts"
export { all, map } from "./combinators.ts"
export { countBy, groupBy, type GroupOptions } from "./groups.ts"
export { average, count, max, min, sum } from "./numbers.ts"
export { collect, maxBy, minBy, type PayloadOptions, type TieOptions } from "./payloads.ts"
export { type Group, type Ties, topK, topKeys, type TopKOptions } from "./topK.ts"
