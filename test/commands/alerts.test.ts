import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, type Scope } from "effect"
import { alerts as command } from "../../src/commands/alerts.ts"
import { assess } from "../../src/commands/assess.ts"
import { ConjunctionAlert } from "../../src/domain/alert/ConjunctionAlert.ts"
import { format } from "../../src/domain/time/UtcTime.ts"
import { AlertStore } from "../../src/layers/alerts/AlertStore.ts"
import { conjunctionsTopic } from "../../src/layers/alerts/conjunctionsTopic.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { alertVersion } from "../support/alerts.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(command)

/** A data directory whose alerts are delivered, and its lock held, while `use` runs. */
const whileOpen = <A, E>(
  versions: ReadonlyArray<ConjunctionAlert>,
  use: (directory: string) => Effect.Effect<A, E, AlertStore | MessageLog>
): Effect.Effect<A, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    return yield* Effect.gen(function*() {
      yield* (yield* AlertStore).upsert(versions)
      return yield* use(directory)
    }).pipe(Effect.provide(Layer.provideMerge(AlertStore.layer, EmbeddedLog.layer({ directory }))))
  })

const base = 1_700_000_000_000
const id = (name: string): string => name.padEnd(32, "0")

const sky = [
  alertVersion(id("aaaa1"), 1, { pc: 1e-6, objects: ["10", "20"] }),
  alertVersion(id("aaaa1"), 2, { pc: 2e-6, final: true, objects: ["10", "20"], missDistanceMetres: 400 }),
  alertVersion(id("bbbb"), 1, { level: "action", pc: 5e-4, tca: base + 7_200_000 }),
  alertVersion(id("cccc"), 1, { level: "action", pc: 5e-4, tca: base + 3_600_000, objects: ["20", "30"] }),
  alertVersion(id("dddd"), 1, { level: "action", pc: 1e-3, tca: base + 9_000_000 }),
  alertVersion(id("eeee"), 1, { level: "cleared", pc: 0.5, tca: base + 1000 }),
  alertVersion(id("ffff"), 1, { level: "expired", pc: null, tca: base + 2000 }),
  alertVersion(id("aaaa2"), 1, { level: "attention" }),
  alertVersion(id("aaaa2"), 2, { level: "withdrawn" })
]

const ids = (out: ReadonlyArray<string>): ReadonlyArray<string> =>
  JSON.parse(out[0] ?? "").alerts.map(({ alertId }: { readonly alertId: string }) => alertId.replace(/0+$/, ""))

describe("perigee alerts", () => {
  it.live("list: by level, probability and closest approach, while another holds the directory", () =>
    whileOpen(sky, (directory) =>
      Effect.gen(function*() {
        const { code, out } = yield* run(["list", "--json", "--data-dir", directory])
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(ids(out), ["dddd", "cccc", "bbbb", "aaaa1", "ffff", "eeee"])
        const { alerts, byLevel, total, unreadable } = JSON.parse(out[0] ?? "")
        assert.deepStrictEqual({ byLevel, total, unreadable }, {
          byLevel: { action: 3, attention: 1, expired: 1, cleared: 1 },
          total: 6,
          unreadable: 0
        })
        assert.deepStrictEqual(alerts[3], {
          alertId: id("aaaa1"),
          objects: ["10", "20"],
          level: "attention",
          levelBy: "probability",
          tca: format(base + 3_600_000.125),
          missDistanceMetres: 400,
          missDistanceSigmaMetres: 7.5,
          pc: 2e-6,
          pcMaximum: 2e-3,
          validity: "valid",
          final: true,
          sequence: 2,
          openedAt: format(base + 1),
          updatedAt: format(base + 2),
          acknowledgedBy: null,
          acknowledgedAt: null
        })
        const { out: text } = yield* run(["list", "--limit", "2", "--data-dir", directory])
        const lines = text.join("\n").split("\n")
        assert.match(lines[0] ?? "", /^LEVEL +PC +TCA +MISS +OBJECTS/)
        assert.match(lines[1] ?? "", /^action +1\.00e-3 +2023-11-15T00:43:20Z +123\.5 m +1 \/ 2 +valid +dddd0+ +1 +-$/)
        assert.strictEqual(
          lines[3],
          "6 alerts: action 3, attention 1, expired 1, cleared 1; the 2 that matter most are shown"
        )
      })))

  it.live("list: filters", () =>
    whileOpen(sky, (directory) =>
      Effect.gen(function*() {
        for (
          const [args, expected] of [
            [["--level", "open"], ["dddd", "cccc", "bbbb", "aaaa1"]],
            [["--level", "withdrawn"], ["aaaa2"]],
            [["--level", "expired"], ["ffff"]],
            [["--object", "20"], ["cccc", "aaaa1"]],
            [["--object", "2"], ["dddd", "bbbb", "ffff", "eeee"]],
            [["--min-pc", "5e-4"], ["dddd", "cccc", "bbbb", "eeee"]],
            [["--max-miss", "200", "--level", "open"], ["dddd", "cccc", "bbbb"]],
            [["--since", format(base + 2)], ["aaaa1"]],
            [["--tca-before", format(base + 3_600_000.1), "--level", "open"], ["cccc"]],
            [["--limit", "1"], ["dddd"]]
          ] as const
        ) {
          const { out } = yield* run(["list", "--json", ...args], { PERIGEE_DATA_DIR: directory })
          assert.deepStrictEqual(ids(out), expected, args.join(" "))
        }
      })))

  it.live("show: by id or its first digits, with every version", () =>
    whileOpen(sky, (directory) =>
      Effect.gen(function*() {
        const { out } = yield* run(["show", "aaaa1", "--json", "--data-dir", directory])
        const shown = JSON.parse(out[0] ?? "")
        assert.strictEqual(shown.alertId, id("aaaa1"))
        assert.deepStrictEqual(shown.missRtnMetres, [100, -70, 17.25])
        assert.deepStrictEqual(
          shown.versions.map(({ emittedAt, pc, sequence }: Record<string, unknown>) => [sequence, pc, emittedAt]),
          [[1, 1e-6, format(base + 1)], [2, 2e-6, format(base + 2)]]
        )
        const { out: text } = yield* run(["show", id("aaaa1"), "--data-dir", directory])
        assert.match(text.join("\n"), /^first object +10$/m)
        assert.match(text.join("\n"), /^ {2}radial, transverse, normal +100\.0 m, -70\.0 m, 17\.3 m$/m)
        assert.match(text.join("\n"), /^2 +2023-11-14T22:13:20\.002000Z +attention +2\.00e-6 +400\.0 m/m)
        const several = yield* run(["show", "aaaa", "--data-dir", directory])
        assert.strictEqual(several.code, 2)
        assert.match(several.failure ?? "", /^aaaa: 2 alerts begin so: aaaa10+, aaaa20+$/)
        const none = yield* run(["show", "9999", "--data-dir", directory])
        assert.deepStrictEqual([none.code, none.failure], [1, "no alert has the id 9999"])
      })))

  it.live("ack: stays, beside a run, until the alert becomes more urgent", () =>
    Effect.gen(function*() {
      const directory = yield* whileOpen(sky, (directory) =>
        Effect.gen(function*() {
          const made = yield* run(
            ["ack", "aaaa1", "--by", "dana", "--note", "looks after it", "--json", "--data-dir", directory]
          )
          assert.strictEqual(made.code, 0)
          const { alertId, by, level, note, sequence } = JSON.parse(made.out[0] ?? "")
          assert.deepStrictEqual([alertId, by, level, note, sequence], [
            id("aaaa1"),
            "dana",
            "attention",
            "looks after it",
            2
          ])
          yield* run(["ack", "dddd", "--by", "kim", "--data-dir", directory])
          const open = yield* run(["list", "--json", "--unacknowledged", "--level", "open", "--data-dir", directory])
          assert.deepStrictEqual(ids(open.out), ["cccc", "bbbb"])
          // A new version of the same level stays acknowledged; one that is more urgent wants to be seen.
          const store = yield* AlertStore
          yield* store.upsert([alertVersion(id("aaaa1"), 3, { pc: 3e-6 })])
          const same = yield* run(["show", "aaaa1", "--json", "--data-dir", directory])
          assert.strictEqual(JSON.parse(same.out[0] ?? "").acknowledgedBy, "dana")
          yield* store.upsert([alertVersion(id("aaaa1"), 4, { pc: 3e-4, level: "action" })])
          const worse = yield* run(["show", "aaaa1", "--json", "--data-dir", directory])
          const { acknowledgedBy, acknowledgements } = JSON.parse(worse.out[0] ?? "")
          assert.strictEqual(acknowledgedBy, null)
          assert.strictEqual(acknowledgements.length, 1)
          yield* run(["ack", "aaaa1", "--by", "lee", "--data-dir", directory])
          return directory
        }))
      // Nobody runs any more.
      const { out } = yield* run(["list", "--json", "--level", "open", "--data-dir", directory])
      const by = JSON.parse(out[0] ?? "").alerts.map(({ acknowledgedBy }: Record<string, unknown>) => acknowledgedBy)
      assert.deepStrictEqual(by, ["kim", null, null, "lee"])
    }).pipe(Effect.scoped))

  it.live("what cannot be meant is bad input", () =>
    whileOpen(sky, (directory) =>
      Effect.gen(function*() {
        for (
          const [args, code] of [
            [["list", "--limit", "0"], 2],
            [["list", "--since", "soon"], 2],
            [["show", "ab"], 2],
            [["ack", "aaaa1", "--by", " "], 2],
            [["ack", "9999"], 1]
          ] as const
        ) assert.strictEqual((yield* run([...args, "--data-dir", directory])).code, code, args.join(" "))
        assert.strictEqual((yield* run(["list", "--data-dir", `${directory}/none`])).code, 2)
        assert.strictEqual((yield* run(["list", "--log", "memory"])).code, 2)
      })))
})

describe("perigee alerts list --all", () => {
  it.live("has the conjunctions of objects that are no assets too", () =>
    whileOpen(sky, (directory) =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: conjunctionsTopic, partitions: 1 })
        const quiet = alertVersion(id("1234"), 1, { level: "action", pc: 0.01 })
        yield* log.append(conjunctionsTopic, [{
          key: quiet.alertId,
          value: new TextEncoder().encode(yield* Schema.encodeEffect(Schema.fromJsonString(ConjunctionAlert))(quiet)),
          headers: { sequence: "1" },
          timestamp: quiet.emittedAt
        }])
        const { out } = yield* run(["list", "--all", "--level", "open", "--json", "--data-dir", directory])
        assert.deepStrictEqual(ids(out), ["1234", "dddd", "cccc", "bbbb", "aaaa1"])
        assert.deepStrictEqual(
          JSON.parse(out[0] ?? "").alerts.map((alert: Record<string, unknown>) => alert.alerts),
          [false, true, true, true, true]
        )
        assert.strictEqual((yield* run(["show", "1234", "--data-dir", directory])).code, 0)
      })))
})

describe("perigee assess --history", () => {
  it.live("tells each version against the one before, without lineage too", () =>
    whileOpen(sky, (directory) =>
      Effect.gen(function*() {
        const assessed = runner(assess)
        const { out } = yield* assessed(["--history", "aaaa1", "--json", "--data-dir", directory])
        const { alertId, versions } = JSON.parse(out[0] ?? "")
        assert.strictEqual(alertId, id("aaaa1"))
        assert.deepStrictEqual(
          versions.map(({ missShiftMetres, newInputs, pcFactor, why }: Record<string, unknown>) => [
            pcFactor,
            missShiftMetres,
            newInputs,
            why
          ]),
          [[null, null, null, "first version"], [2, 400 - 123.456, null, "the same, made final"]]
        )
        const { out: text } = yield* assessed(["--history", "aaaa1", "--data-dir", directory])
        assert.match(text.join("\n"), /^2 .* attention +2\.00e-6 +x2\.00 +400\.0 m +the same, made final$/m)
        assert.strictEqual((yield* assessed(["--history", "9999", "--data-dir", directory])).code, 1)
        assert.strictEqual((yield* assessed(["--history", "aaaa1", "--cdm", "x", "--data-dir", directory])).code, 2)
        assert.strictEqual((yield* assessed([])).code, 2)
      })))
})
