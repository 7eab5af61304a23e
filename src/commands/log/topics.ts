/** `perigee log topics`: what there is to read. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { formatDuration } from "../../domain/time/duration.ts"
import { LogReader } from "../../layers/log/LogReader.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { columns, printable } from "../text.ts"

export const topics = Command.make(
  "topics",
  { ...logFlags, json: jsonFlag },
  Effect.fn("log.topics")(function*(flags) {
    const found = yield* LogReader.use((log) =>
      Effect.flatMap(
        log.topics,
        (specs) => Effect.forEach(specs, (spec) => Effect.map(log.offsets(spec.name), (offsets) => ({ spec, offsets })))
      )
    ).pipe(Effect.provide(logReader(flags)))
    const listed = found.toSorted((a, b) => a.spec.name < b.spec.name ? -1 : 1).map(({ offsets, spec }) => ({
      name: spec.name,
      partitions: spec.partitions,
      records: offsets.reduce((sum, { beginning, end }) => sum + end - beginning, 0),
      retentionMillis: spec.retentionMillis ?? null,
      retentionBytes: spec.retentionBytes ?? null,
      offsets
    }))
    const rows = listed.map(({ name, partitions, records, retentionBytes, retentionMillis }) => [
      printable(name),
      String(partitions),
      String(records),
      retentionMillis === null ? "for ever" : formatDuration(retentionMillis),
      retentionBytes === null ? "-" : `${(retentionBytes / 2 ** 20).toFixed(1)} MiB`
    ])
    yield* Console.log(
      flags.json
        ? JSON.stringify({ topics: listed })
        : rows.length === 0
        ? "no topics"
        : columns([["TOPIC", "PARTITIONS", "RECORDS", "KEPT", "BYTES A PARTITION"], ...rows]).join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "List the topics of the message log, with how many records each holds and how long it keeps them"
  )
)
