import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { readdirSync } from "node:fs"
import { lineage } from "../../src/commands/lineage.ts"
import type { LineageRecord } from "../../src/domain/lineage/LineageRecord.ts"
import { format, parse } from "../../src/domain/time/UtcTime.ts"
import { LineageStore } from "../../src/layers/lineage/LineageStore.ts"
import { SqliteLineage } from "../../src/layers/lineage/SqliteLineage.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(lineage)

const noon = parse("2026-03-20T12:00:00Z") ?? 0

const observation = (id: string, sourceId: string, seconds: number) => ({
  id,
  kind: "observation",
  sourceId,
  sensorTimestamp: noon + seconds * 1000
})

const alert: LineageRecord = {
  id: "a1/2",
  kind: "alert",
  sourceId: "radar-1",
  sensorTimestamp: noon + 2000,
  steps: [
    { operator: "decode", at: noon + 2100, parents: ["o2"], parentCount: 1 },
    { operator: "alert", at: noon + 2200.5, parents: ["o2", "o1"], parentCount: 57 }
  ],
  inputs: [observation("o1", "optical-1", 1), observation("o2", "radar-1", 2)],
  inputCount: 57
}

const records: ReadonlyArray<LineageRecord> = [
  alert,
  { ...alert, id: "a1/1", steps: [], inputs: [observation("o1", "optical-1", 1)], inputCount: 1 },
  { ...alert, id: "evil\u001b[2J/1", steps: [], inputs: [observation("o3", "isl-1", 3)], inputCount: 1 }
]

/** A data directory that a run holds and writes to. */
const whileOpen = <A, E>(use: (directory: string) => Effect.Effect<A, E>): Effect.Effect<A, unknown, Scope.Scope> =>
  Effect.flatMap(temporaryDirectory, (directory) =>
    Effect.gen(function*() {
      const store = yield* LineageStore
      store.offer(records)
      yield* store.flush
      return yield* use(directory)
    }).pipe(Effect.provide(Layer.merge(SqliteLineage.layer({ directory }), EmbeddedLog.layer({ directory })))))

const json = (out: ReadonlyArray<string>) => JSON.parse(out.join("\n"))

const idsOf = (nodes: ReadonlyArray<{ readonly id: string }>) => nodes.map(({ id }) => id)

describe("perigee lineage", () => {
  it.live("backward prints the promised JSON, while a run is writing", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const { code, err, out } = yield* run(["backward", "a1/2", "--json", "--data-dir", directory])
        assert.deepStrictEqual([code, err, out.length], [0, [], 1])
        const input = (id: string, sourceId: string, seconds: number) => ({
          id,
          kind: "observation",
          sourceId,
          sensorTimestamp: format(noon + seconds * 1000),
          depth: 1
        })
        assert.deepStrictEqual(json(out), {
          id: "a1/2",
          direction: "backward",
          matched: [{
            id: "a1/2",
            kind: "alert",
            sourceId: "radar-1",
            sensorTimestamp: "2026-03-20T12:00:02.000000Z",
            inputCount: 57
          }],
          inputs: [input("o1", "optical-1", 1), input("o2", "radar-1", 2)],
          steps: [
            { id: "a1/2", operator: "decode", at: "2026-03-20T12:00:02.100000Z", parents: ["o2"], parentCount: 1 },
            { id: "a1/2", operator: "alert", at: "2026-03-20T12:00:02.200500Z", parents: ["o2", "o1"], parentCount: 57 }
          ],
          edges: [
            { child: "a1/2", parent: "o1", operator: "alert", at: "2026-03-20T12:00:02.200500Z" },
            { child: "a1/2", parent: "o2", operator: "alert", at: "2026-03-20T12:00:02.200500Z" }
          ],
          truncated: false
        })
      })
    ))

  it.live("an alert's own id is all its versions; forward lists what an observation touched", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const env = { PERIGEE_DATA_DIR: directory }
        const all = json((yield* run(["backward", "a1", "--json"], env)).out)
        assert.deepStrictEqual([idsOf(all.matched), idsOf(all.inputs)], [["a1/1", "a1/2"], ["o1", "o2"]])
        const touched = json((yield* run(["forward", "o1", "--json"], env)).out)
        assert.deepStrictEqual([touched.direction, idsOf(touched.outputs)], ["forward", ["a1/1", "a1/2"]])
        assert.isUndefined(touched.inputs)
      })
    ))

  it.live("--source gives the alerts that a sensor touched in a period", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const ask = (...args: ReadonlyArray<string>) =>
          Effect.map(run([...args, "--json", "--data-dir", directory]), ({ out }) => json(out))
        const touched = yield* ask("--source", "optical-1")
        assert.deepStrictEqual(idsOf(touched.outputs), ["a1/1", "a1/2"])
        assert.deepStrictEqual([touched.id, touched.direction], ["optical-1", "forward"])
        const within = yield* ask(
          "--source",
          "optical-1",
          "--since",
          format(noon + 1000),
          "--until",
          format(noon + 1001)
        )
        assert.lengthOf(within.outputs, 2)
        assert.deepStrictEqual([within.since, within.until], [format(noon + 1000), format(noon + 1001)])
        assert.deepStrictEqual((yield* ask("--source", "optical-1", "--since", format(noon + 1001))).outputs, [])
        assert.deepStrictEqual((yield* ask("--source", "optical-1", "--until", format(noon + 1000))).outputs, [])
        assert.deepStrictEqual((yield* ask("--source", "nobody")).outputs, [])
      })
    ))

  it.live("prints tables for people, with nothing in them that controls a terminal", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const { out } = yield* run(["backward", "a1/2", "--data-dir", directory])
        const lines = out.join("\n").split("\n")
        assert.match(lines[0] ?? "", /^ID +KIND +SOURCE +SENSOR TIME +INPUTS$/)
        assert.match(lines[4] ?? "", /^o1 +observation +optical-1 +2026-03-20T12:00:01\.000000Z +1$/)
        assert.match(lines[9] ?? "", /^a1\/2 +alert +2026-03-20T12:00:02\.200500Z +57 +o2, o1$/)
        assert.strictEqual(lines.at(-1), "2 inputs of a1/2 named; 57 in all")
        const versions = yield* run(["backward", "a1", "--data-dir", directory])
        assert.match(versions.out.join("\n"), /2 inputs of a1 named; up to 57 in one of its 2 versions$/)
        const forward = yield* run(["forward", "o3", "--data-dir", directory])
        assert.match(forward.out.join("\n"), /evil\\u001b\[2J\/1/)
        assert.match(forward.out.join("\n"), /\n1 output of o3$/)
      })
    ))

  it.live("an unknown id is exit code 1, and what a person must put right is 2", () =>
    whileOpen((directory) =>
      Effect.gen(function*() {
        const unknown = yield* run(["backward", "nothing", "--json", "--data-dir", directory])
        assert.deepStrictEqual([unknown.code, unknown.out], [1, []])
        assert.match(unknown.failure ?? "", /^no lineage of nothing is kept/)
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [["--source", "radar-1", "--since", "yesterday"], /^--since yesterday: expected an RFC 3339 time/],
          [["--source", "radar-1", "--until", "2026-02-30T00:00:00Z"], /^--until 2026-02-30T00:00:00Z: expected/],
          [["--source", "radar-1", "--since", format(noon), "--until", format(noon)], /is not before --until/],
          [["--since", "2h"], /^expected --source SENSOR/],
          [[], /^expected --source SENSOR, or one of: backward ID, forward ID$/]
        ]
        for (const [args, message] of cases) {
          const { code, failure } = yield* run([...args, "--data-dir", directory])
          assert.strictEqual(code, 2, args.join(" "))
          assert.match(failure ?? "", message)
        }
      })
    ))

  it.live("a directory without lineage is exit code 2, and stays as it was", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { code, failure } = yield* run(["forward", "o1", "--data-dir", directory])
      assert.strictEqual(code, 2)
      assert.match(failure ?? "", /^no lineage in .*lineage\.sqlite does not exist$/)
      assert.deepStrictEqual(readdirSync(directory), [])
    }))
})
