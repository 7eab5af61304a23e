/**
 * Many events into one value: what windows are filled with. See `docs/operators/aggregates.md`.
 */
export type { Aggregate } from "./aggregates/Aggregate.ts"
export { all, map } from "./aggregates/combinators.ts"
export { countBy, groupBy, type GroupOptions } from "./aggregates/groups.ts"
export { average, count, max, min, sum } from "./aggregates/numbers.ts"
export { collect, maxBy, minBy, type PayloadOptions, type TieOptions } from "./aggregates/payloads.ts"
export { type Group, type Ties, topK, topKeys, type TopKOptions } from "./aggregates/topK.ts"
export type { JsonCodec, ValueJson } from "./state/valueJson.ts"
