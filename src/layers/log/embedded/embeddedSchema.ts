/** Tables of the embedded log. Steps are only ever added: a released one is never changed. */

/** Name under which the schema's version is kept. */
export const component = "log"

/**
 * 1. `partitions.beginning` is the first offset kept, which may lie inside a batch. `partitions.next` keeps the end when retention has
 *    removed all batches; otherwise the last batch tells it, so that an append writes one row only. `batches.bytes` counts key, value and
 *    headers; `newest` is the newest timestamp; `crc` is CRC-32 of `data` (see recordCodec.ts). The index answers retention by itself.
 * 2. The state of tasks: an entry under the bytes of its key, of a part of a stage. `units` counts the units that a task committed; `closed` is 1 where
 *    the last one ended an input.
 */
export const steps: ReadonlyArray<string> = [
  `CREATE TABLE topics (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     retention_millis INTEGER,
     retention_bytes INTEGER
   ) STRICT;
   CREATE TABLE partitions (
     id INTEGER PRIMARY KEY,
     topic INTEGER NOT NULL REFERENCES topics (id),
     number INTEGER NOT NULL,
     beginning INTEGER NOT NULL DEFAULT 0,
     next INTEGER NOT NULL DEFAULT 0,
     UNIQUE (topic, number)
   ) STRICT;
   CREATE TABLE batches (
     id INTEGER PRIMARY KEY,
     partition INTEGER NOT NULL REFERENCES partitions (id),
     base INTEGER NOT NULL,
     count INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     newest INTEGER NOT NULL,
     crc INTEGER NOT NULL,
     data BLOB NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX batches_by_offset ON batches (partition, base, count, bytes, newest);
   CREATE TABLE commits (
     name TEXT NOT NULL,
     partition INTEGER NOT NULL REFERENCES partitions (id),
     position INTEGER NOT NULL,
     PRIMARY KEY (name, partition)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE tasks (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     units INTEGER NOT NULL,
     closed INTEGER NOT NULL,
     at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE state_parts (
     id INTEGER PRIMARY KEY,
     task INTEGER NOT NULL REFERENCES tasks (id),
     stage TEXT NOT NULL,
     name TEXT NOT NULL,
     version INTEGER NOT NULL,
     UNIQUE (task, stage, name)
   ) STRICT;
   CREATE TABLE state_entries (
     part INTEGER NOT NULL REFERENCES state_parts (id),
     key BLOB NOT NULL,
     value BLOB NOT NULL,
     PRIMARY KEY (part, key)
   ) STRICT, WITHOUT ROWID;`
]
