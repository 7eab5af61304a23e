/** Calls between services by the hour in which their trace starts: kept as traces come, change and go. */
import { Array as Arrays, Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { addCalls } from "../../../../domain/traces/serviceCalls.ts"
import type { ServiceDependency } from "../../../../domain/traces/TraceQuery.ts"

export type Calls = ReadonlyArray<ServiceDependency>

const hourNanos = 3_600_000_000_000n

export const hourOf = (nanos: bigint): bigint => nanos / hourNanos

/** Gathers what is to be added and taken away. */
export const callChanges = () => {
  const hours = new Map<bigint, Array<ServiceDependency>>()
  return {
    add: (start: bigint, calls: Calls, sign: 1 | -1): void => {
      const hour = hourOf(start)
      const held = hours.get(hour) ?? []
      for (const call of calls) held.push({ ...call, calls: sign * call.calls, errors: sign * call.errors })
      hours.set(hour, held)
    },
    /** In order of the key. */
    all: () =>
      Array.from(hours.entries()).sort(([a], [b]) => a < b ? -1 : 1).flatMap(([hour, calls]) =>
        addCalls(calls).filter(({ calls, errors }) => calls !== 0 || errors !== 0).map((call) => ({
          hour,
          parent: call.parent,
          child: call.child,
          calls: BigInt(call.calls),
          errors: BigInt(call.errors)
        }))
      )
  }
}

export const changeCalls = Effect.fnUntraced(function*(
  sql: SqlClient,
  rows: ReturnType<ReturnType<typeof callChanges>["all"]>
): Effect.fn.Return<void, SqlError> {
  if (!Arrays.isReadonlyArrayNonEmpty(rows)) return
  yield* sql`INSERT INTO perigee_trace_calls ${
    sql.insert(Arrays.map(rows, (row) => ({ ...row })))
  } ON CONFLICT (hour, parent, child)
    DO UPDATE SET calls = perigee_trace_calls.calls + excluded.calls, errors = perigee_trace_calls.errors + excluded.errors`
  if (rows.some(({ calls }) => calls < 0n)) {
    yield* sql`DELETE FROM perigee_trace_calls WHERE calls <= 0 AND hour = ANY(${rows.map(({ hour }) => hour)})`
  }
})

export const callsIn = (sql: SqlClient, from: bigint, to: bigint) =>
  Effect.map(
    sql<
      { parent: string; child: string; calls: bigint; errors: bigint }
    >`SELECT parent, child, sum(calls)::bigint AS calls,
      sum(errors)::bigint AS errors FROM perigee_trace_calls WHERE hour >= ${from} AND hour <= ${to} GROUP BY parent, child
      ORDER BY parent COLLATE "C", child COLLATE "C"`,
    (rows): ReadonlyArray<ServiceDependency> =>
      rows.map((row) => ({ ...row, calls: Number(row.calls), errors: Number(row.errors) }))
  )
