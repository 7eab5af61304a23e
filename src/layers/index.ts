export * from "./deadletters/DeadLetters.ts"
export * from "./log/MessageLog.ts"
export * from "./stage/StageHooks.ts"
export * from "./stage/StageRegistry.ts"
