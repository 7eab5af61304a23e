/** The SQLite Layer of the trace store. */
import { Effect } from "effect"
import { SqliteTraceStore } from "../../../../../src/layers/traces/store/sqlite/SqliteTraceStore.ts"
import { temporaryDirectory } from "../../../../support/temporaryDirectory.ts"
import { traceStoreContract } from "../contract/traceStoreContract.ts"

traceStoreContract(
  "SQLite",
  Effect.map(temporaryDirectory, (directory) => ({
    opened: (use) => Effect.provide(use, SqliteTraceStore.layer({ directory, fileBytes: 1 })),
    durable: true
  }))
)
