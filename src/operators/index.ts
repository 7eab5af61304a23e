export * from "../domain/Envelope.ts"
