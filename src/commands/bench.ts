/**
 * `perigee bench nexmark`: the NEXMark queries on the operators, each in a process of its own.
 *
 * The queries live beside `src`, in `bench/nexmark`; a package carries them compiled. What is measured is told in `bench/nexmark/queries`.
 */
import { Console, Effect, FileSystem, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { fileURLToPath } from "node:url"
import { InputError } from "./InputError.ts"
import { columns } from "./text.ts"

export const benchQueries = ["q0", "q1", "q2", "q3", "q4", "q5", "q7", "q8"] as const

const flags = {
  query: Flag.Literals("query", ["all", ...benchQueries]).pipe(
    Flag.withDescription("Which query, or all of them"),
    Flag.withDefault("all")
  ),
  n: Flag.Int("n").pipe(Flag.withDescription("Events of a measured run"), Flag.withDefault(1_000_000)),
  disorder: Flag.Int("disorder").pipe(
    Flag.withDescription("How far behind its place an event's time may be, ms"),
    Flag.withDefault(2000)
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("Fixes every event"), Flag.withDefault(42)),
  arraySize: Flag.Int("array-size").pipe(Flag.withDescription("Events in an array"), Flag.withDefault(4096)),
  ratio: Flag.Finite("ratio").pipe(Flag.withDescription("Share of the events that are traced"), Flag.withDefault(0.01)),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the results as one JSON document on standard output"),
    Flag.withDefault(false)
  )
}

const Measured = Schema.Struct({
  query: Schema.String,
  count: Schema.Int,
  hash: Schema.String,
  lateDropped: Schema.Int,
  eventsPerCpuSecond: Schema.Int
})

const decodeMeasured = Schema.decodeUnknownEffect(Schema.fromJsonString(Measured))

/** A measurement that did not come to its end. */
class BenchFailed extends Schema.TaggedError<BenchFailed>()("BenchFailed", { message: Schema.String }) {}

/** Where the queries are: a checkout's source as it is, a package's compiled. */
const measureFile = import.meta.url.endsWith(".ts")
  ? { path: "../../bench/nexmark/measureQuery.ts", node: ["-C", "perigee-source"] }
  : { path: "../bench/nexmark/measureQuery.js", node: [] }

const within = (name: string, value: number, least: number, most: number) =>
  value >= least && value <= most
    ? Effect.void
    : Effect.fail(new InputError({ message: `--${name} ${value}: expected a number from ${least} to ${most}` }))

/** One query, in a process of its own: what another left on the heap or in the compiler would count as its cost. */
const measureQuery = Effect.fnUntraced(
  function*(file: string, query: string, numbers: ReadonlyArray<number>) {
    const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
    const args = [...measureFile.node, file, "operators", query, ...numbers.map(String)]
    const child = yield* spawner.spawn(
      ChildProcess.make(process.execPath, args, { stdin: "ignore", stderr: "inherit" })
    )
    const output = yield* Stream.mkString(Stream.decodeText(child.stdout))
    const code = yield* child.exitCode
    if (code !== 0) return yield* new BenchFailed({ message: `${query} ended with exit code ${code}` })
    return yield* decodeMeasured(output)
  },
  Effect.scoped,
  (effect, _file, query) =>
    Effect.mapError(
      effect,
      (error) => error._tag === "BenchFailed" ? error : new BenchFailed({ message: `${query}: ${error.message}` })
    )
)

/** `1234567` as `1.235 M`. */
const millions = (value: number): string => `${(value / 1e6).toFixed(3)} M`

const toText = (results: ReadonlyArray<typeof Measured.Type>): string =>
  columns([
    ["query", "events/CPU-second", "rows", "digest", "late"],
    ...results.map(({ count, eventsPerCpuSecond, hash, lateDropped, query }) => [
      query,
      millions(eventsPerCpuSecond),
      String(count),
      hash,
      String(lateDropped)
    ])
  ]).join("\n")

const nexmark = Command.make(
  "nexmark",
  flags,
  Effect.fn("bench.nexmark")(function*({ arraySize, disorder, json, n, query, ratio, seed }) {
    yield* within("n", n, 1, 2 ** 31 - 1)
    yield* within("disorder", disorder, 0, 2 ** 31 - 1)
    yield* within("seed", seed, -(2 ** 31), 2 ** 31 - 1)
    yield* within("array-size", arraySize, 1, 65_536)
    yield* within("ratio", ratio, 0, 1)
    const file = fileURLToPath(new URL(measureFile.path, import.meta.url))
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* Effect.orElseSucceed(fs.exists(file), () => false)
    if (!isThere) return yield* new InputError({ message: `the queries are not in this installation: no ${file}` })
    const results = yield* Effect.forEach(query === "all" ? benchQueries : [query], (each) => {
      const measured = measureQuery(file, each, [n, disorder, seed, arraySize, ratio])
      return process.stderr.isTTY
        ? Effect.andThen(Console.error(`nexmark ${each}: 3 warm-ups, then 3 runs of ${n} events`), measured)
        : measured
    })
    yield* Console.log(json ? JSON.stringify({ queries: results }) : toText(results))
  })
).pipe(
  Command.withDescription(
    "NEXMark queries written with the operators: rows, digest, and events by second of CPU with 1 % traced"
  ),
  Command.withExamples([
    {
      command: "perigee bench nexmark --query q5 --n 5000000 --disorder 2000 --seed 42 --json",
      description: "The yardstick's own run of one query"
    }
  ])
)

export const bench = Command.make("bench").pipe(
  Command.withDescription("Measure the operators on a public yardstick"),
  Command.withSubcommands([nexmark])
)
