export * as Stage from "./Stage.ts"
