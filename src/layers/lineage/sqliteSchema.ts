/** Tables of the SQLite lineage store. Steps are only ever added: a released one is never changed. */

/** The file in the data directory. */
export const fileName = "lineage.sqlite"

/** Name under which the schema's version is kept. */
export const component = "lineage"

/**
 * 1. `nodes` as in lineageRows.ts; `named` is when it was last named, ms; `pinned` is 1 for alerts and their inputs. `edges` are read from
 *    the child by their key and from the parent by the index, which holds all that a walk needs. Times of sensors have fractions.
 */
export const steps: ReadonlyArray<string> = [
  `CREATE TABLE nodes (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     source TEXT NOT NULL,
     time REAL,
     rank INTEGER NOT NULL,
     at REAL NOT NULL,
     input_count INTEGER NOT NULL,
     steps TEXT NOT NULL,
     pinned INTEGER NOT NULL,
     named REAL NOT NULL
   ) STRICT;
   CREATE INDEX nodes_by_source ON nodes (source, time);
   CREATE INDEX nodes_by_age ON nodes (pinned, named);
   CREATE TABLE edges (
     child INTEGER NOT NULL,
     parent INTEGER NOT NULL,
     operator TEXT NOT NULL,
     at REAL NOT NULL,
     PRIMARY KEY (child, parent)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX edges_by_parent ON edges (parent, child, operator, at);`
]
