export * from "./assignWatermarks.ts"
export * from "./dedupe.ts"
export * from "./source.ts"
export * as Stage from "./Stage.ts"
