import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { log as command } from "../../src/commands/log.ts"
import { format } from "../../src/domain/time/UtcTime.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(command)
const bytes = new TextEncoder()
const start = 1_770_000_000_000

/** A data directory with a topic of three partitions, whose log is open while `use` runs. */
const whileOpen = <A, E>(
  use: (directory: string) => Effect.Effect<A, E, MessageLog>
): Effect.Effect<A, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    return yield* Effect.gen(function*() {
      const log = yield* MessageLog
      yield* log.ensureTopic({ name: "things", partitions: 3, retentionMillis: 86_400_000 })
      yield* log.ensureTopic({ name: "empty", partitions: 1 })
      for (let n = 0; n < 30; n++) {
        yield* log.append("things", [{
          partition: n % 3,
          key: n % 2 === 0 ? `key-${n}` : undefined,
          value: n % 5 === 0 ? new Uint8Array([0xff, n, 0]) : bytes.encode(JSON.stringify({ n })),
          headers: { n: String(n) },
          timestamp: start + n * 1000
        }])
      }
      return yield* use(directory)
    }).pipe(Effect.provide(EmbeddedLog.layer({ directory })))
  })

const numbers = (records: ReadonlyArray<{ readonly headers: { readonly n: string } }>): ReadonlyArray<number> =>
  records.map(({ headers }) => Number(headers.n))

const upTo = (from: number, to: number): ReadonlyArray<number> => Array.from({ length: to - from }, (_, i) => from + i)

describe("perigee log", () => {
  it.live("topics: their partitions, records and retention, while another holds the directory", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const { code, out } = yield* run(["topics", "--json", "--data-dir", directory])
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(JSON.parse(out[0] ?? ""), {
          topics: [
            {
              name: "empty",
              partitions: 1,
              records: 0,
              retentionMillis: null,
              retentionBytes: null,
              offsets: [{ partition: 0, beginning: 0, end: 0 }]
            },
            {
              name: "things",
              partitions: 3,
              records: 30,
              retentionMillis: 86_400_000,
              retentionBytes: null,
              offsets: upTo(0, 3).map((partition) => ({ partition, beginning: 0, end: 10 }))
            }
          ]
        })
        const { out: text } = yield* run(["topics", "--data-dir", directory])
        assert.match(text.join("\n"), /^things +3 +30 +1d +-$/m)
      })
    ))

  it.live("read: partitions by their times, JSON as it is and all else in base64", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const { code, out } = yield* run(["read", "things", "--json", "--data-dir", directory])
        assert.strictEqual(code, 0)
        const { next, records, topic } = JSON.parse(out[0] ?? "")
        assert.deepStrictEqual([topic, next], ["things", "0:10,1:10,2:10"])
        assert.deepStrictEqual(numbers(records), upTo(0, 30))
        assert.deepStrictEqual(records[4], {
          partition: 1,
          offset: 1,
          key: "key-4",
          timestamp: format(start + 4000),
          headers: { n: "4" },
          encoding: "json",
          value: { n: 4 }
        })
        assert.deepStrictEqual([records[5].key, records[5].encoding, records[5].value], [
          null,
          "base64",
          Buffer.from([0xff, 5, 0]).toString("base64")
        ])
      })
    ))

  it.live("read: page after page by `next` gives every record once, whatever the size of a page", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        for (const limit of [1, 7, 29, 100]) {
          const all: Array<number> = []
          let from = "earliest"
          for (let page = 0; page <= 30; page++) {
            const { out } = yield* run(
              ["read", "things", "--json", "--limit", String(limit), "--from", from, "--data-dir", directory]
            )
            const { next, records } = JSON.parse(out[0] ?? "")
            if (records.length === 0) break
            all.push(...numbers(records))
            from = next
          }
          assert.deepStrictEqual(all, upTo(0, 30), String(limit))
        }
      })
    ))

  it.live("read: from an offset, a partition, a time; the end gives nothing", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        for (
          const [args, expected] of [
            [["--from", "8"], upTo(24, 30)],
            [["--partition", "1", "--from", "8"], [25, 28]],
            [["--from", "0:9,1:10"], [2, 5, 8, 11, 14, 17, 20, 23, 26, 27, 29]],
            [["--from", format(start + 10_000)], upTo(10, 30)],
            [["--from", format(start + 10_500)], upTo(11, 30)],
            [["--from", format(start - 1)], upTo(0, 30)],
            [["--from", "1s"], []],
            [["--from", "latest"], []]
          ] as const
        ) {
          const { failure, out } = yield* run(["read", "things", "--json", ...args, "--data-dir", directory])
          assert.isUndefined(failure)
          assert.deepStrictEqual(numbers(JSON.parse(out[0] ?? "").records), expected, args.join(" "))
        }
        const { out } = yield* run([
          "read",
          "things",
          "--partition",
          "1",
          "--from",
          "9",
          "--json",
          "--data-dir",
          directory
        ])
        assert.strictEqual(JSON.parse(out[0] ?? "").next, "10")
      })
    ))

  it.live("read --follow: what is written meanwhile too, a record a line", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const late = Effect.delay(
          log.append("things", [{ key: "late", value: bytes.encode("1"), headers: {}, timestamp: start + 60_000 }]),
          "400 millis"
        )
        const [{ out }] = yield* Effect.all([
          run([
            "read",
            "things",
            "--follow",
            "--from",
            "0:9,1:9,2:9",
            "--limit",
            "4",
            "--json",
            "--data-dir",
            directory
          ]),
          late
        ], { concurrency: "unbounded" })
        const records = out.flatMap((text) => text.split("\n")).map((line) => JSON.parse(line))
        assert.deepStrictEqual(records.map(({ key, value }) => [key, value]), [
          [null, { n: 27 }],
          ["key-28", { n: 28 }],
          [null, { n: 29 }],
          ["late", 1]
        ])
      })
    ))

  it.live("what cannot be meant is bad input, with its reason", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        for (
          const [args, reason] of [
            [["things2"], /^there is no topic things2: empty, things$/],
            [["things", "--from", "11"], /^--from 11: things ends at offset 10$/],
            [["things", "--from", "1:11"], /things\/1 holds offsets 0 to 10/],
            [["things", "--from", "3:0"], /no partition 3/],
            [["things", "--from", "soon"], /^--from soon: expected earliest, latest, an offset/],
            [["things", "--partition", "3"], /things has 3 partitions/],
            [["things", "--limit", "0"], /^--limit 0/]
          ] as const
        ) {
          const { code, failure } = yield* run(["read", ...args, "--data-dir", directory])
          assert.strictEqual(code, 2, args.join(" "))
          assert.match(failure ?? "", reason)
        }
        const nowhere = yield* run(["topics", "--data-dir", `${directory}/none`])
        assert.strictEqual(nowhere.code, 2)
        assert.match(nowhere.failure ?? "", /no message log in/)
        assert.strictEqual((yield* run(["topics", "--log", "memory"])).code, 2)
      })
    ))
})
