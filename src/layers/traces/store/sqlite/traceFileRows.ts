/** The statements of one file of traces. Everything here throws what `node:sqlite` throws, and {@link DamagedTraces}. */
import { Data } from "effect"
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import type { CallCount } from "./Calls.ts"

/** Rows that cannot be what this program wrote. */
export class DamagedTraces extends Data.TaggedError("DamagedTraces")<{ readonly message: string }> {}

/** A block that may hold what is searched. Moments are nanoseconds, rounded. */
export interface ServiceBlock {
  readonly block: number
  readonly newest: number
  readonly oldest: number
  readonly longest: number
  readonly errors: number
}

/** Where a trace stands. */
export interface PlaceOf {
  readonly block: number
  readonly place: number
}

type Row = Record<string, SQLOutputValue>

export const numberIn = (row: Row | undefined, column: string): number => {
  const value = row?.[column]
  if (typeof value !== "number") throw new DamagedTraces({ message: `column ${column} holds ${typeof value}` })
  return value
}

const bytesIn = (row: Row | undefined, column: string, what: string): Uint8Array => {
  const value = row?.[column]
  if (!(value instanceof Uint8Array)) throw new DamagedTraces({ message: `${what} is missing` })
  return value
}

export const pack = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })

export const unpack = (bytes: Uint8Array, what: string): Uint8Array => {
  try {
    return zstdDecompressSync(bytes, { chunkSize: Math.min(1 << 20, Math.max(1 << 14, bytes.length * 12)) })
  } catch (cause) {
    throw new DamagedTraces({ message: `${what} cannot be read: ${cause instanceof Error ? cause.message : cause}` })
  }
}

/** The last 52 bits of a trace id, which are random. */
export const hashOfTrace = (traceId: string): number => Number.parseInt(traceId.slice(-13), 16)

const placeOf = (row: Row): PlaceOf => ({ block: numberIn(row, "block"), place: numberIn(row, "place") })

export const prepareTraceRows = (database: DatabaseSync) => {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = database.prepare(sql)
    prepared.set(sql, made)
    return made
  }
  const one = (sql: string, ...values: ReadonlyArray<number>): Row | undefined => statement(sql).get(...values)
  const all = (sql: string, ...values: ReadonlyArray<number>): ReadonlyArray<Row> => statement(sql).all(...values)

  return {
    database,
    transaction: <A>(body: () => A): A => {
      statement("BEGIN IMMEDIATE").run()
      try {
        const result = body()
        statement("COMMIT").run()
        return result
      } catch (cause) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw cause
      }
    },
    /** Reads that see one state. */
    snapshot: <A>(body: () => A): A => {
      if (database.isTransaction) return body()
      statement("BEGIN").run()
      try {
        return body()
      } finally {
        statement("COMMIT").run()
      }
    },
    /** Changes when another connection wrote. */
    version: () => numberIn(one("PRAGMA data_version"), "data_version"),
    pageBytes: () => numberIn(one("PRAGMA page_count"), "page_count") * numberIn(one("PRAGMA page_size"), "page_size"),

    meta: (name: string): string | undefined => {
      const row = statement("SELECT value FROM meta WHERE name = ?").get(name)
      return row === undefined ? undefined : String(row.value)
    },
    setMeta: (name: string, value: string): void => {
      statement("INSERT OR REPLACE INTO meta VALUES (?, ?)").run(name, value)
    },

    names: () =>
      all("SELECT id, text FROM names ORDER BY id").map((row) => [numberIn(row, "id"), String(row.text)] as const),
    addName: (id: number, text: string): void => {
      statement("INSERT INTO names VALUES (?, ?)").run(id, text)
    },
    operations: () =>
      all("SELECT service, operation, kind FROM operations").map((row) =>
        [numberIn(row, "service"), numberIn(row, "operation"), numberIn(row, "kind")] as const
      ),
    addOperation: (service: number, operation: number, kind: number): void => {
      statement("INSERT OR IGNORE INTO operations VALUES (?, ?, ?)").run(service, operation, kind)
    },

    totals: () => {
      const row = one(
        "SELECT coalesce(max(id), 0) AS last, coalesce(sum(traces), 0) AS traces, coalesce(sum(spans), 0) AS spans FROM blocks"
      )
      return { last: numberIn(row, "last"), traces: numberIn(row, "traces"), spans: numberIn(row, "spans") }
    },
    addBlock: (
      id: number,
      traces: number,
      spans: number,
      frames: Uint8Array,
      columns: Uint8Array,
      filter: Uint8Array
    ): void => {
      statement("INSERT INTO blocks VALUES (?, ?, ?, ?)").run(id, traces, spans, pack(frames))
      statement("INSERT INTO indexes VALUES (?, ?, ?)").run(id, pack(columns), filter)
    },
    frames: (block: number): Uint8Array =>
      unpack(bytesIn(one("SELECT data FROM blocks WHERE id = ?", block), "data", `block ${block}`), `block ${block}`),
    columns: (block: number): Uint8Array =>
      unpack(
        bytesIn(one("SELECT data FROM indexes WHERE block = ?", block), "data", `the index of block ${block}`),
        `the index of block ${block}`
      ),
    filter: (block: number): Uint8Array =>
      bytesIn(one("SELECT filter FROM indexes WHERE block = ?", block), "filter", `the filter of block ${block}`),
    dropFilters: (first: number, last: number): void => {
      statement("UPDATE indexes SET filter = NULL WHERE block BETWEEN ? AND ?").run(first, last)
    },
    slices: (id: number): Uint8Array | undefined => {
      const data = one("SELECT data FROM slices WHERE id = ?", id)?.data
      return data instanceof Uint8Array ? data : undefined
    },
    addSlices: (id: number, data: Uint8Array): void => {
      statement("INSERT INTO slices VALUES (?, ?)").run(id, data)
    },
    blockIds: (from: number, to: number) =>
      all("SELECT id FROM blocks WHERE id BETWEEN ? AND ? ORDER BY id", from, to).map((row) => numberIn(row, "id")),

    pending: () =>
      all("SELECT data FROM pending ORDER BY id").map((row) => unpack(bytesIn(row, "data", "a piece"), "a piece")),
    addPending: (frames: Uint8Array): void => {
      statement("INSERT INTO pending (data) VALUES (?)").run(pack(frames))
    },
    clearPending: (): void => {
      statement("DELETE FROM pending").run()
    },

    places: (hash: number): ReadonlyArray<PlaceOf> =>
      all("SELECT block, place FROM places WHERE hash = ?", hash).map(placeOf),
    addPlace: (hash: number, { block, place }: PlaceOf): void => {
      statement("INSERT OR IGNORE INTO places VALUES (?, ?, ?)").run(hash, block, place)
    },
    superseded: () =>
      all("SELECT block, place, spans FROM superseded").map((row) => ({
        block: numberIn(row, "block"),
        place: numberIn(row, "place"),
        spans: numberIn(row, "spans")
      })),
    supersede: ({ block, place }: PlaceOf, spans: number): void => {
      statement("INSERT OR IGNORE INTO superseded VALUES (?, ?, ?)").run(block, place, spans)
    },

    addServiceBlock: (service: number, row: ServiceBlock): void => {
      statement("INSERT INTO service_blocks VALUES (?, ?, ?, ?, ?, ?)")
        .run(service, row.newest, row.block, row.oldest, row.longest, row.errors)
    },
    /** The next blocks of a service, newest first, behind the one given. */
    serviceBlocks: (
      service: number,
      behind: { readonly newest: number; readonly block: number },
      limit: number
    ): ReadonlyArray<ServiceBlock> =>
      all(
        `SELECT block, newest, oldest, longest, errors FROM service_blocks
         WHERE service = ?1 AND newest <= ?2 AND (newest < ?2 OR block > ?3) ORDER BY newest DESC, block LIMIT ?4`,
        service,
        behind.newest,
        behind.block,
        limit
      ).map((row) => ({
        block: numberIn(row, "block"),
        newest: numberIn(row, "newest"),
        oldest: numberIn(row, "oldest"),
        longest: numberIn(row, "longest"),
        errors: numberIn(row, "errors")
      })),

    addCalls: ({ calls, child, errors, hour, parent }: CallCount): void => {
      statement(
        `INSERT INTO calls VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, errors = errors + excluded.errors`
      ).run(hour, parent, child, calls, errors)
    },
    calls: (from: number, to: number): ReadonlyArray<CallCount> =>
      all(
        "SELECT parent, child, sum(calls) AS calls, sum(errors) AS errors FROM calls WHERE hour BETWEEN ? AND ? GROUP BY parent, child",
        from,
        to
      ).map((row) => ({
        hour: from,
        parent: numberIn(row, "parent"),
        child: numberIn(row, "child"),
        calls: numberIn(row, "calls"),
        errors: numberIn(row, "errors")
      })),

    addLink: (target: number, { block, place }: PlaceOf): void => {
      statement("INSERT OR IGNORE INTO links VALUES (?, ?, ?)").run(target, block, place)
    },
    links: (target: number, limit: number): ReadonlyArray<PlaceOf> =>
      all("SELECT block, place FROM links WHERE target = ? ORDER BY block DESC, place LIMIT ?", target, limit).map(
        placeOf
      ),

    addDropped: (level: number, data: Uint8Array): void => {
      statement("INSERT INTO dropped (level, data) VALUES (?, ?)").run(level, data)
    },
    droppedOf: (level: number): ReadonlyArray<Uint8Array> =>
      all("SELECT data FROM dropped WHERE level = ? ORDER BY id", level).map((row) =>
        bytesIn(row, "data", "decisions")
      ),
    removeDropped: (level: number): void => {
      statement("DELETE FROM dropped WHERE level = ?").run(level)
    },
    dropped: (): ReadonlyArray<Uint8Array> =>
      all("SELECT data FROM dropped ORDER BY id DESC").map((row) => bytesIn(row, "data", "decisions"))
  }
}

export type TraceRows = ReturnType<typeof prepareTraceRows>
