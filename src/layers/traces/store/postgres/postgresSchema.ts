/**
 * The tables of traces in PostgreSQL, made and brought up to date by numbered migrations; `perigee_trace_migrations` says which have run.
 *
 * Spans stay the bytes that they came as; the columns beside them are what searches ask. Times are nanoseconds since the Unix epoch in a `bigint`, where later
 * than the year 2262 is that year's end. `tags` are 64-bit hashes of each `key=value` of a span and its resource, behind a GIN index: a value of any length is found
 * by eight bytes.
 */
import { Effect } from "effect"
import * as Migrator from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"

const tables = [
  `CREATE TABLE perigee_traces (
    trace_id bytea PRIMARY KEY,
    revision bigint NOT NULL,
    keep boolean NOT NULL,
    threshold_high int NOT NULL,
    threshold_low bigint NOT NULL,
    policy text NOT NULL,
    ruleset text NOT NULL,
    decided_at bigint NOT NULL,
    late boolean NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    root_service text NOT NULL,
    root_name text NOT NULL,
    start_ns bigint NOT NULL,
    end_ns bigint NOT NULL,
    duration_ns bigint NOT NULL,
    span_count int NOT NULL,
    error_count int NOT NULL,
    services text[] NOT NULL,
    calls jsonb NOT NULL,
    bytes bigint NOT NULL
  )`,
  "CREATE INDEX perigee_traces_start ON perigee_traces (start_ns DESC, trace_id) WHERE keep",
  "CREATE INDEX perigee_traces_end ON perigee_traces (end_ns)",
  "CREATE INDEX perigee_traces_duration ON perigee_traces (duration_ns) WHERE keep",
  `CREATE TABLE perigee_trace_resources (
    hash bytea PRIMARY KEY, resource bytea NOT NULL, scope bytea NOT NULL, last_ns bigint NOT NULL
  )`,
  `CREATE TABLE perigee_spans (
    trace_id bytea NOT NULL REFERENCES perigee_traces ON DELETE CASCADE,
    content bytea NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    resource bytea NOT NULL,
    service text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    entry boolean NOT NULL,
    error boolean NOT NULL,
    start_ns bigint NOT NULL,
    duration_ns bigint NOT NULL,
    tags bigint[] NOT NULL,
    span bytea NOT NULL,
    PRIMARY KEY (trace_id, content)
  )`,
  "CREATE INDEX perigee_spans_service ON perigee_spans (service, start_ns DESC)",
  "CREATE INDEX perigee_spans_tags ON perigee_spans USING gin (tags)",
  `CREATE TABLE perigee_span_links (
    target_trace bytea NOT NULL,
    target_span bytea NOT NULL,
    trace_id bytea NOT NULL REFERENCES perigee_traces ON DELETE CASCADE,
    span_id bytea NOT NULL,
    PRIMARY KEY (target_trace, target_span, trace_id, span_id)
  )`,
  "CREATE INDEX perigee_span_links_trace ON perigee_span_links (trace_id)",
  `CREATE TABLE perigee_trace_operations (
    service text NOT NULL, name text NOT NULL, kind text NOT NULL, last_ns bigint NOT NULL,
    PRIMARY KEY (service, name, kind)
  )`,
  `CREATE TABLE perigee_trace_calls (
    hour bigint NOT NULL, parent text NOT NULL, child text NOT NULL, calls bigint NOT NULL, errors bigint NOT NULL,
    PRIMARY KEY (hour, parent, child)
  )`
]

/** Runs what has not run yet; several processes may start at once. */
export const migratePostgres = Migrator.make({})({
  table: "perigee_trace_migrations",
  loader: Migrator.fromRecord({
    "0001_traces": Effect.flatMap(
      SqlClient,
      (sql) => Effect.forEach(tables, (statement) => sql.unsafe(statement), { discard: true })
    )
  })
})
