/** What goes wrong with a file of traces, in the store's words. */
import { Predicate } from "effect"
import { isSqlError } from "effect/sql/SqlError"
import { isDamage } from "../../../sql/sqliteError.ts"
import { TraceStoreError } from "../TraceStore.ts"

/** What `node:sqlite` threw, under the errors that were made of it. */
export const rootOf = (cause: unknown): unknown =>
  isSqlError(cause) ? rootOf(cause.reason.cause) : cause instanceof Error && cause.cause ? rootOf(cause.cause) : cause

/** The file itself is broken. */
export const isDamaged = (cause: unknown): boolean => {
  const root = rootOf(cause)
  return isDamage(root) || root instanceof RangeError || Predicate.isTagged(root, "DamagedTraces")
}

export const traceStoreError = (where: string) => (cause: unknown): TraceStoreError => {
  const root = rootOf(cause)
  const message = root instanceof Error ? root.message : String(root)
  return isDamaged(cause)
    ? new TraceStoreError({ reason: "Corrupt", message: `${where} is damaged: ${message}`, cause })
    : new TraceStoreError({ reason: "Unavailable", message: `${where}: ${message}`, cause })
}
