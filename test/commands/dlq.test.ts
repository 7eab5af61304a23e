import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { dlq } from "../../src/commands/dlq.ts"
import type { DeadLetter, ErrorKind } from "../../src/domain/deadletter/DeadLetter.ts"
import { format, parse } from "../../src/domain/time/UtcTime.ts"
import { DeadLetterLog, deadLettersTopic } from "../../src/layers/deadletters/deadLetterLog.ts"
import { DeadLetters } from "../../src/layers/deadletters/DeadLetters.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(dlq)

const start = parse("2026-03-20T12:00:00Z") ?? 0

const letter = (n: number, over: Partial<DeadLetter> = {}): DeadLetter => ({
  schemaVersion: 1,
  id: `letter-${n}`,
  time: start + n * 1000,
  operator: "decode",
  errorKind: "Deserialization",
  message: `reason ${n}`,
  retryCount: 0,
  source: "radar",
  format: "radar",
  locator: "127.0.0.1:40000",
  payload: new Uint8Array([0, 1, 2, 0x41, 0xff]),
  position: { topic: "observations", partition: 0, offset: n },
  trace: { traceId: "0123456789abcdef0123456789abcdef", spanId: null, sampled: false, traceState: null },
  ...over
})

/** A data directory whose log is open, and its lock held, while `use` runs. */
const whileOpen = <A, E>(
  letters: ReadonlyArray<DeadLetter>,
  use: (directory: string) => Effect.Effect<A, E, MessageLog>
): Effect.Effect<A, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    return yield* Effect.gen(function*() {
      yield* (yield* DeadLetters).offer(letters)
      return yield* use(directory)
    }).pipe(Effect.provide(Layer.provideMerge(DeadLetterLog.layer, EmbeddedLog.layer({ directory }))))
  })

const ids = (out: ReadonlyArray<string>): ReadonlyArray<string> =>
  JSON.parse(out[0] ?? "").deadLetters.map(({ id }: { readonly id: string }) => id)

describe("perigee dlq list", () => {
  const mixed = [
    letter(1),
    letter(2, { operator: "watermark", errorKind: "Late", schemaVersion: 2, sensorId: "radar-1" }),
    letter(3),
    letter(4, {
      operator: "validate",
      errorKind: "ValidationFailed",
      message: "evil\u001b[2J\nmessage",
      schemaVersion: 2,
      sensorId: "radar-1"
    })
  ]

  it.live("prints newest last with a count per kind, while another holds the directory", () =>
    whileOpen(mixed, (directory) =>
      Effect.gen(function*() {
        const { code, out } = yield* run(["list", "--data-dir", directory])
        assert.strictEqual(code, 0)
        const lines = out.join("\n").split("\n")
        assert.match(lines[0] ?? "", /^TIME +ID +SENSOR +OPERATOR +KIND +LOCATOR +MESSAGE$/)
        assert.match(
          lines[1] ?? "",
          /^2026-03-20T12:00:01\.000000Z {2}letter-1 {2}- +decode +Deserialization +127\.0\.0\.1:40000 {2}reason 1$/
        )
        assert.match(lines[4] ?? "", /letter-4 .*evil\\u001b\[2J\\u000amessage$/)
        assert.strictEqual(lines[5], "4 dead letters: Deserialization 2, Late 1, ValidationFailed 1")
        assert.deepStrictEqual(lines.slice(6), [
          "  (unknown)  2  Deserialization 2",
          "  radar-1    2  Late 1, ValidationFailed 1"
        ])
      })))

  it.live("filters by kind, operator and time", () =>
    whileOpen(mixed, (directory) =>
      Effect.gen(function*() {
        for (
          const [args, expected] of [
            [[], [1, 2, 3, 4]],
            [["--error-kind", "Late"], [2]],
            [["--operator", "decode"], [1, 3]],
            [["--operator", "deco"], []],
            [["--sensor", "radar-1"], [2, 4]],
            [["--sensor", "radar-2"], []],
            [["--since", "2026-03-20T12:00:02Z"], [2, 3, 4]],
            [["--until", "2026-03-20T12:00:02Z"], [1]],
            [["--since", "2026-03-20T12:00:02Z", "--until", "2026-03-20T12:00:04Z", "--operator", "decode"], [3]]
          ] as const
        ) {
          const { out } = yield* run(["list", "--json", ...args], { PERIGEE_DATA_DIR: directory })
          assert.deepStrictEqual(ids(out), expected.map((n) => `letter-${n}`), args.join(" "))
        }
        const { out } = yield* run(["list", "--json", "--error-kind", "Late"], { PERIGEE_DATA_DIR: directory })
        const [listed] = JSON.parse(out[0] ?? "").deadLetters
        const { bySensor } = JSON.parse((yield* run(["list", "--json", "--data-dir", directory])).out[0] ?? "")
        assert.deepStrictEqual(bySensor, {
          "radar-1": { Late: 1, ValidationFailed: 1 },
          "(unknown)": { Deserialization: 2 }
        })
        const { payload: _, ...rest } = mixed[1] ?? letter(2)
        assert.deepStrictEqual(listed, { ...rest, time: format(rest.time), payloadBytes: 5 })
      })))

  it.live("a length of time is how long ago", () =>
    whileOpen(
      [letter(1, { time: Date.now() - 7_200_000 }), letter(2, { time: Date.now() })],
      (directory) =>
        Effect.gen(function*() {
          const since = yield* run(["list", "--json", "--since", "1h", "--data-dir", directory])
          assert.deepStrictEqual(ids(since.out), ["letter-2"])
          const until = yield* run(["list", "--json", "--until", "1h", "--data-dir", directory])
          assert.deepStrictEqual(ids(until.out), ["letter-1"])
        })
    ))

  it.live("counts all and prints the newest, over many pages", () =>
    whileOpen(
      Array.from({ length: 2500 }, (_, i) => letter(i, i % 2 === 0 ? {} : { errorKind: "Late" })),
      (directory) =>
        Effect.gen(function*() {
          const { out } = yield* run(["list", "--json", "--limit", "3", "--data-dir", directory])
          const result = JSON.parse(out[0] ?? "")
          assert.deepStrictEqual(ids(out), ["letter-2497", "letter-2498", "letter-2499"])
          assert.deepStrictEqual([result.total, result.byErrorKind], [2500, { Deserialization: 1250, Late: 1250 }])
          const shown = yield* run(["list", "--limit", "3", "--data-dir", directory])
          assert.include(
            shown.out.join("\n"),
            "2500 dead letters: Deserialization 1250, Late 1250; the newest 3 are shown"
          )
        })
    ))

  it.live("shows nothing secret of an address that an earlier version wrote down", () =>
    whileOpen(
      [letter(1, { locator: "http://spy:S3CRET@host/obs?token=S3CRET?since=2026-01-01T00:00:00Z" })],
      (directory) =>
        Effect.gen(function*() {
          for (const args of [["list"], ["list", "--json"], ["show", "letter-1"], ["show", "letter-1", "--json"]]) {
            const { out } = yield* run([...args, "--data-dir", directory])
            assert.notInclude(out.join("\n"), "S3CRET", args.join(" "))
            assert.include(out.join("\n"), "http://<redacted>@host/obs?<redacted>", args.join(" "))
          }
        })
    ))

  it.live("says how many records it cannot read", () =>
    whileOpen([letter(1)], (directory) =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const value = new TextEncoder().encode(JSON.stringify({ schemaVersion: 99 }))
        yield* log.append(deadLettersTopic, [{ key: "x", value, headers: {}, timestamp: start }])
        const { code, out } = yield* run(["list", "--data-dir", directory])
        assert.strictEqual(code, 0)
        assert.include(
          out.join("\n"),
          "1 dead letter: Deserialization 1\n  (unknown)  1  Deserialization 1\nno dead letter that this version can read: 1 record of the topic"
        )
      })))

  it.live("a log where nothing was given up has none", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.provide(MessageLog, EmbeddedLog.layer({ directory }))
      assert.deepStrictEqual((yield* run(["list", "--data-dir", directory])).out, ["no dead letters"])
      const { out } = yield* run(["list", "--json", "--data-dir", directory])
      assert.deepStrictEqual(JSON.parse(out[0] ?? ""), {
        total: 0,
        byErrorKind: {},
        bySensor: {},
        unreadable: 0,
        deadLetters: []
      })
    }).pipe(Effect.scoped))

  it.live("bad input ends with 2 and creates nothing", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "data")
      for (
        const [args, reason] of [
          [["list"], `no message log in ${directory}`],
          [["show", "x"], `no message log in ${directory}`],
          [["list", "--log", "memory"], "the log memory ends with its process"],
          [["list", "--log", "paper"], "--log: \"paper\": expected embedded, kafka or memory"],
          [["list", "--since", "yesterday"], "--since yesterday: expected an RFC 3339 time"],
          [["list", "--limit", "0"], "--limit 0: expected a whole number from 1"]
        ] as const
      ) {
        const { code, failure = "", out } = yield* run([...args, "--data-dir", directory])
        assert.strictEqual(code, 2, failure)
        assert.include(failure, reason)
        assert.deepStrictEqual(out, [])
      }
      assert.isFalse(existsSync(directory))
    }).pipe(Effect.scoped))
})

describe("perigee dlq show", () => {
  const kinds: ReadonlyArray<readonly [ErrorKind, string]> = [["Deserialization", "first"], ["Late", "second"]]

  it.live("prints everything about the newest with the id, its bytes as a dump", () =>
    whileOpen(
      kinds.map(([errorKind, message]) => letter(1, { errorKind, message })),
      (directory) =>
        Effect.gen(function*() {
          const { code, out } = yield* run(["show", "letter-1", "--data-dir", directory])
          assert.strictEqual(code, 0)
          const text = out.join("\n")
          assert.match(text, /^message +second$/m)
          assert.match(text, /^position +observations\/0\/1$/m)
          assert.match(text, /^trace id +0123456789abcdef0123456789abcdef$/m)
          assert.match(text, /^given up +2 times; this is the newest$/m)
          assert.match(text, /\n\npayload, 5 bytes\n00000000 {2}00 01 02 41 ff {35}\|\.\.\.A\.\|$/)
        })
    ))

  it.live("prints a payload of text as text, and writes its bytes to a file", () =>
    whileOpen([letter(1, { payload: Buffer.from("{\"é\":\t1}\n") })], (directory) =>
      Effect.gen(function*() {
        const file = join(directory, "raw")
        const { out } = yield* run(["show", "letter-1", "--raw", file, "--data-dir", directory])
        assert.include(out.join("\n"), "payload, 10 bytes of text\n{\"é\":\t1}\n")
        assert.strictEqual(readFileSync(file, "utf8"), "{\"é\":\t1}\n")
        const bad = yield* run(["show", "letter-1", "--raw", join(file, "x"), "--data-dir", directory])
        assert.deepStrictEqual([bad.code, bad.out], [2, []])
        assert.include(bad.failure, `${join(file, "x")}: cannot be written`)
      })))

  it.live("text that would drive a terminal is dumped", () =>
    whileOpen([letter(1, { payload: Buffer.from("\u001b[2J") })], (directory) =>
      Effect.gen(function*() {
        const { out } = yield* run(["show", "letter-1", "--data-dir", directory])
        assert.include(out.join("\n"), "1b 5b 32 4a")
        assert.notInclude(out.join("\n"), "\u001b")
      })))

  it.live("is one JSON document with the payload in base64", () =>
    whileOpen([letter(1), letter(2)], (directory) =>
      Effect.gen(function*() {
        const { out } = yield* run(["show", "letter-1", "--json", "--data-dir", directory])
        assert.lengthOf(out, 1)
        assert.deepStrictEqual(JSON.parse(out[0] ?? ""), {
          ...letter(1),
          time: "2026-03-20T12:00:01.000000Z",
          payload: "AAECQf8=",
          count: 1
        })
      })))

  it.live("an unknown id ends with 1", () =>
    whileOpen([letter(1)], (directory) =>
      Effect.gen(function*() {
        const { code, failure, out } = yield* run(["show", "letter", "--data-dir", directory])
        assert.deepStrictEqual([code, failure, out], [1, "no dead letter has the id letter", []])
      })))
})
