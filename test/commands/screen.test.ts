import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { screen } from "../../src/commands/screen.ts"
import { formatTle } from "../../src/domain/orbit/catalogue/tle.ts"
import { runner } from "../support/command.ts"
import { synthetic } from "../support/scenario.ts"

const run = runner(screen)

/** The promised shape; fields may be added. */
const Event = Schema.Struct({
  a: Schema.String,
  b: Schema.String,
  tca: Schema.String,
  missKm: Schema.Finite,
  relativeSpeedKmPerSecond: Schema.Finite
})
const Result = Schema.Struct({
  start: Schema.String,
  hours: Schema.Finite,
  thresholdKm: Schema.Finite,
  objects: Schema.Int,
  events: Schema.Array(Event),
  suppressed: Schema.Array(Schema.Struct({ ...Event.fields, reason: Schema.String })),
  coLocated: Schema.Array(Schema.Struct({ ...Event.fields, reason: Schema.String })),
  elapsedSeconds: Schema.Finite,
  peakMemoryBytes: Schema.Int
})
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Result))

const iridium = [
  "IRIDIUM 33",
  "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775",
  "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336",
  "COSMOS 2251",
  "1 22675U 93036A   09040.49834364 -.00000001  00000-0  95251-5 0  7411",
  "2 22675  74.0355  19.4646 0016027  98.7014 261.5952 14.31135643817415"
]

const withFile = <A, E>(lines: ReadonlyArray<string>, use: (file: string) => Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const file = `${yield* fs.makeTempDirectoryScoped()}/catalogue.3le`
    yield* fs.writeFileString(file, `${lines.join("\n")}\n`)
    return yield* use(file)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

describe("perigee screen", () => {
  for (const threads of ["0", "1"]) {
    it.live(`finds the collision of 2009, in one JSON document and lines of progress, on ${threads} threads`, () =>
      withFile(iridium, (file) =>
        Effect.gen(function*() {
          const when = ["--start", "2009-02-10T15:30:00Z", "--hours", "2"]
          const { code, err, out } = yield* run(
            ["--catalogue", file, ...when, "--threshold", "5", "--threads", threads, "--json"]
          )
          assert.strictEqual(code, 0)
          assert.lengthOf(out, 1)
          const result = yield* decode(out[0])
          assert.strictEqual(result.objects, 2)
          assert.strictEqual(result.start, "2009-02-10T15:30:00.000000Z")
          assert.lengthOf(result.events, 1)
          const [event] = result.events
          assert.deepInclude(event, { a: "22675", b: "24946" })
          assert.match(event?.tca ?? "", /^2009-02-10T16:55:59\.79/)
          assert.approximately(event?.missKm ?? 0, 0.698, 0.0005)
          assert.approximately(event?.relativeSpeedKmPerSecond ?? 0, 11.647, 0.0005)
          assert.match(err.at(-1) ?? "", /^screen: 2 of 2 h, 1 event,/)
          assert.lengthOf(err, 3)
        })))
  }

  it.live("one object finds what all against all finds of it, and docked pairs are listed with where they were nearest", () => {
    const { elements, planned } = synthetic(7, undefined, 40)
    const lines = elements.flatMap((set) => formatTle(set) ?? [])
    const primary = elements.find(({ objectId }) => objectId === planned.primary)
    const twin = primary && formatTle({ ...primary, objectId: "77777" })
    return withFile([...lines, ...(twin ?? [])], (file) =>
      Effect.gen(function*() {
        const flags = ["--catalogue", file, "--start", "2026-03-20T00:10:00Z", "--hours", "1.5", "--threshold", "100"]
        const all = yield* decode((yield* run([...flags, "--threads", "0", "--json"])).out[0])
        const one = yield* decode(
          (yield* run([...flags, "--object", planned.primary, "--threads", "0", "--json"])).out[0]
        )
        const own = all.events.filter(({ a, b }) => a === planned.primary || b === planned.primary)
        assert.isAbove(own.length, 0)
        const names = (events: ReadonlyArray<typeof Event.Type>) =>
          events.map(({ a, b, tca }) => `${a} ${b} ${tca.slice(0, 22)}`)
        assert.deepStrictEqual(names(one.events), names(own))
        const [docked] = all.suppressed
        assert.deepInclude(docked, { a: "77777", b: planned.primary, missKm: 0, relativeSpeedKmPerSecond: 0 })
        assert.include(docked?.reason ?? "", "docked")
        assert.lengthOf(one.suppressed, 1)
        const { out } = yield* run([...flags, "--threads", "0"])
        assert.include(out.join("\n"), "Suppressed:")
        assert.match(out.at(-1) ?? "", /^41 objects, \d+ events under 100 km, 1 pair suppressed, 0 co-located;/)
      }))
  })

  it.live("says what is wrong with what it is given", () =>
    withFile(iridium, (file) =>
      Effect.gen(function*() {
        const refused = (...args: ReadonlyArray<string>) =>
          Effect.map(run(["--catalogue", file, ...args]), ({ code, failure }) => {
            assert.strictEqual(code, 2)
            return failure ?? ""
          })
        assert.include(yield* refused("--start", "yesterday"), "--start yesterday: expected an RFC 3339 time")
        assert.include(yield* refused("--hours", "0"), "--hours 0: expected more than 0")
        assert.include(yield* refused("--threshold=-1"), "--threshold -1: expected more than 0")
        assert.include(yield* refused("--threads=-1"), "--threads -1: expected 0 to 64")
        assert.include(yield* refused("--object", "5"), "--object 5: not in the catalogue")
        const missing = yield* run(["--catalogue", `${file}.none`])
        assert.strictEqual(missing.code, 2)
        assert.include(missing.failure ?? "", `${file}.none`)
      })))

  it.live("a line of the catalogue that cannot be read ends it with file, line and reason", () =>
    withFile(iridium.with(1, `${iridium[1]?.slice(0, -1)}0`), (file) =>
      Effect.gen(function*() {
        const { code, failure } = yield* run(["--catalogue", file])
        assert.strictEqual(code, 2)
        assert.include(failure ?? "", `${file}:2: checksum of line 1 is 0`)
      })))
})
