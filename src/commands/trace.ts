/** `perigee trace`: one trace, a search, two compared, and why one was kept or dropped. Asks a running instance, or reads a data directory. */
import { Clock, Console, Effect, Option, Result } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { type ParameterProblem, readSearch, readTraceId } from "../domain/traces/search/parameters.ts"
import { InputError } from "./InputError.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { type TraceAnswers, withAnswers } from "./trace/answers.ts"
import { diffText, searchText, traceText, whyText } from "./trace/text.ts"
import { coloured, plain } from "./trace/waterfall.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional, Flag.map(Option.getOrUndefined))

const common = {
  url: text("url", "Where a running instance answers HTTP (default: the port of PERIGEE_HTTP_PORT on this machine)"),
  "data-dir": text("data-dir", "Read the traces in this data directory, of a run that goes on or is over"),
  json: jsonFlag
}

type CommonFlags = Command.Command.Config.Infer<typeof common>

const asked = <A, E>(flags: CommonFlags, use: (answers: TraceAnswers) => Effect.Effect<A, E>) =>
  withAnswers({ url: flags.url, directory: flags["data-dir"] }, use)

/** A parameter as a flag is written: `minDuration` is `--min-duration`. */
const flagOf = (parameter: string): string =>
  `--${parameter.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const orInput = <A>(read: Result.Result<A, ParameterProblem>): Effect.Effect<A, InputError> =>
  Result.isSuccess(read)
    ? Effect.succeed(read.success)
    : new InputError({ message: read.failure.message.replace(read.failure.parameter, flagOf(read.failure.parameter)) })

const idOf = (given: string) =>
  Effect.mapError(
    Effect.fromResult(readTraceId(given)),
    ({ message }) => new InputError({ message: message.replace(/^id /, "") })
  )

/** Columns of the terminal; elsewhere as many as a page of text has. */
const width = (): number => process.stdout.isTTY ? process.stdout.columns || 80 : 120

const style = () => process.stdout.isTTY && process.stdout.hasColors() ? coloured : plain

const id = Argument.String("id").pipe(Argument.withDescription("A trace id: up to 32 hex digits"))

const get = Command.make(
  "get",
  {
    ...common,
    id,
    raw: Flag.Boolean("raw").pipe(
      Flag.withDescription("Times as the hosts said them: clock skew is not corrected"),
      Flag.withDefault(false)
    ),
    all: Flag.Boolean("all").pipe(Flag.withDescription("A line for every span, however many"), Flag.withDefault(false))
  },
  Effect.fn("trace.get")(function*(flags) {
    const traceId = yield* idOf(flags.id)
    const trace = yield* asked(flags, ({ get }) => get(traceId, flags.raw))
    yield* Console.log(flags.json ? JSON.stringify(trace) : traceText(trace, width(), style(), flags.all))
  })
).pipe(
  Command.withDescription("Show a trace: its spans in time, what its end waited for, errors, clocks"),
  Command.withExamples([{
    command: "perigee trace get 0102030405060708090a0b0c0d0e0f10",
    description: "The waterfall of one trace"
  }])
)

const search = Command.make(
  "search",
  {
    ...common,
    service: text("service", "The service of a span"),
    operation: text("operation", "The name of a span"),
    tag: Flag.String("tag").pipe(
      Flag.withDescription("key=value, of a span or its resource; several: one span has them all"),
      Flag.between(0, 100)
    ),
    errors: Flag.Boolean("errors").pipe(
      Flag.withDescription("With an error; --no-errors: without"),
      Flag.optional,
      Flag.map(Option.getOrUndefined)
    ),
    minDuration: text("min-duration", "Of the trace, such as 200ms"),
    maxDuration: text("max-duration", "Of the trace"),
    start: text("start", "Begun at this time or later: RFC 3339, or how long ago, such as 2h"),
    end: text("end", "Begun before this time"),
    limit: text("limit", "Most traces in one answer: 20 without, at most 1000"),
    page: text("page", "`next` of the answer before")
  },
  Effect.fn("trace.search")(function*(flags) {
    const { end, errors, json, limit, maxDuration, minDuration, operation, page, service, start, tag } = flags
    const given = { end, limit, maxDuration, minDuration, operation, page, service, start }
    const query = {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(tag.length === 0 ? {} : { tag }),
      ...(errors === undefined ? {} : { error: String(errors) })
    }
    yield* orInput(readSearch(query, yield* Clock.currentTimeNanos))
    const found = yield* asked(flags, ({ search }) => search(query))
    yield* Console.log(json ? JSON.stringify(found) : searchText(found))
  })
).pipe(
  Command.withDescription("Find traces, newest first: one span has all that is asked for"),
  Command.withExamples([
    { command: "perigee trace search --service perigee --min-duration 1s", description: "Slow ones" },
    {
      command: "perigee trace search --tag error.type=timeout --start 1h --json",
      description: "Of the last hour, for a program"
    }
  ])
)

const diff = Command.make(
  "diff",
  {
    ...common,
    a: Argument.String("a").pipe(Argument.withDescription("A trace id")),
    b: Argument.String("b").pipe(Argument.withDescription("Another"))
  },
  Effect.fn("trace.diff")(function*(flags) {
    const [a, b] = [yield* idOf(flags.a), yield* idOf(flags.b)]
    const compared = yield* asked(flags, ({ diff }) => diff(a, b))
    yield* Console.log(flags.json ? JSON.stringify(compared) : diffText(compared, width()))
  })
).pipe(Command.withDescription("Compare two traces by the paths of their spans"))

const why = Command.make(
  "why",
  { ...common, id },
  Effect.fn("trace.why")(function*(flags) {
    const traceId = yield* idOf(flags.id)
    const decision = yield* asked(flags, ({ why }) => why(traceId))
    yield* Console.log(flags.json ? JSON.stringify(decision) : whyText(decision))
  })
).pipe(Command.withDescription("Why a trace was kept or dropped: policy, threshold, when, and whether spans came late"))

export const trace = Command.make("trace").pipe(
  Command.withDescription("Look at traces: get, search, diff, why"),
  Command.withSubcommands([get, search, diff, why])
)
