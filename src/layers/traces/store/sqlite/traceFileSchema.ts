/** Tables of one file of traces. Steps are only ever added: a released one is never changed. */

/** Name under which the schema's version is kept. */
export const component = "traces"

/**
 * 1. `blocks.data` is the block's frames (frames.ts), zstd; `indexes.data` its columns (TraceColumns.ts), zstd, and `indexes.filter` its tags (TagFilter.ts) until 64
 *    blocks have theirs in `slices`: row `group * 16 + slice`, 64 lengths of four bytes and the slices. `pending` holds the frames of the block that is not full yet, piece
 *    by piece; its number is the greatest in `blocks` and one. `places`: where a trace is, by the last 52 bits of its id. `superseded`: traces that stand again, with later
 *    spans, elsewhere. `service_blocks`, newest first: the trace that started last and first (ns, rounded), the longest, errors; service 0 is any. `calls` by the hour in
 *    which a trace began. `links` by the linked trace. `dropped`: decisions against traces (DroppedTraces.ts).
 */
export const steps: ReadonlyArray<string> = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
   CREATE TABLE operations (
     service INTEGER NOT NULL, operation INTEGER NOT NULL, kind INTEGER NOT NULL,
     PRIMARY KEY (service, operation, kind)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE blocks (id INTEGER PRIMARY KEY, traces INTEGER NOT NULL, spans INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
   CREATE TABLE indexes (block INTEGER PRIMARY KEY, data BLOB NOT NULL, filter BLOB) STRICT;
   CREATE TABLE slices (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
   CREATE TABLE pending (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
   CREATE TABLE places (
     hash INTEGER NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL,
     PRIMARY KEY (hash, block, place)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE superseded (
     block INTEGER NOT NULL, place INTEGER NOT NULL, spans INTEGER NOT NULL,
     PRIMARY KEY (block, place)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE service_blocks (
     service INTEGER NOT NULL, newest REAL NOT NULL, block INTEGER NOT NULL,
     oldest REAL NOT NULL, longest REAL NOT NULL, errors INTEGER NOT NULL,
     PRIMARY KEY (service, newest DESC, block)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE calls (
     hour INTEGER NOT NULL, parent INTEGER NOT NULL, child INTEGER NOT NULL,
     calls INTEGER NOT NULL, errors INTEGER NOT NULL,
     PRIMARY KEY (hour, parent, child)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE links (
     target INTEGER NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL,
     PRIMARY KEY (target, block, place)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE dropped (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
   CREATE INDEX dropped_by_level ON dropped (level, id);`
]
