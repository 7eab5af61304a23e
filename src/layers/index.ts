export * from "./log/MessageLog.ts"
