/** What goes from PostgreSQL's tables of traces, a thousand traces a transaction, so that writers do not wait long. */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { bigintOf } from "../storedValues.ts"
import type { TraceRetention } from "../TraceStore.ts"
import { callChanges, type Calls, changeCalls } from "./postgresCalls.ts"

const atOnce = 1000

interface Gone {
  readonly keep: boolean
  readonly start_ns: bigint
  readonly calls: Calls
}

/** Deletes the traces that `which` selects the ids of, and what is counted of them. Gives how many kept ones went. */
const remove = Effect.fnUntraced(function*(sql: SqlClient, which: Fragment): Effect.fn.Return<number, SqlError> {
  let kept = 0
  for (let last = atOnce; last === atOnce;) {
    last = yield* sql.withTransaction(Effect.gen(function*() {
      const rows = yield* sql<
        Gone
      >`DELETE FROM perigee_traces WHERE trace_id IN (${which} LIMIT ${atOnce}) RETURNING keep, start_ns, calls`
      const changes = callChanges()
      for (const { calls, keep, start_ns } of rows) {
        if (keep) kept++
        changes.add(start_ns, calls, -1)
      }
      yield* changeCalls(sql, changes.all())
      return rows.length
    }))
  }
  return kept
})

/** Operations and resources that no span left can have. */
const forgetUnused = (sql: SqlClient): Effect.Effect<void, SqlError> =>
  Effect.forEach(
    ["perigee_trace_operations", "perigee_trace_resources"],
    (table) =>
      sql`DELETE FROM ${
        sql(table)
      } WHERE last_ns < coalesce((SELECT min(start_ns) FROM perigee_traces WHERE keep), 9223372036854775807)`,
    {
      discard: true
    }
  )

export const retainTraces = Effect.fnUntraced(function*(
  sql: SqlClient,
  { before, maxBytes }: TraceRetention
): Effect.fn.Return<number, SqlError> {
  let gone = 0
  if (before !== undefined) {
    gone += yield* remove(sql, sql`SELECT trace_id FROM perigee_traces WHERE end_ns < ${bigintOf(before)}`)
  }
  if (maxBytes !== undefined) {
    gone += yield* remove(
      sql,
      sql`SELECT trace_id FROM (SELECT trace_id, sum(bytes) OVER (ORDER BY end_ns DESC, trace_id) AS total FROM perigee_traces WHERE keep) sizes
        WHERE total > ${maxBytes}`
    )
  }
  if (gone > 0) yield* forgetUnused(sql)
  return gone
})
