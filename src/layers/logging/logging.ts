/**
 * Log lines that lead to a trace: each carries `trace_id`, `span_id` and `observation_id` where there is a current span that can be found again, in
 * logfmt, JSON or for a person.
 *
 * **Levels.** One for all, and others for single operators. The operator of a line is its annotation `operator`, else the name of the nearest
 * span that is an observation's. Lines below the least level of all are not even made.
 */
import { Console, Context, Layer, Logger, LogLevel, Option, References, Tracer } from "effect"

export type LogFormat = "logfmt" | "json" | "pretty"

export interface LoggingOptions {
  readonly format: LogFormat
  readonly level: LogLevel.LogLevel
  /** By operator; wins over `level`. */
  readonly levels: ReadonlyMap<string, LogLevel.LogLevel>
}

type Fields = Readonly<Record<string, string>>
type Options = Logger.Options<unknown>

/** The nearest span that is an observation's: a stage's, not one that the user nested in it. */
const observed = (span: Tracer.AnySpan | undefined): Tracer.Span | undefined => {
  let current = span
  while (current?._tag === "Span") {
    if (typeof current.attributes.get("observation.id") === "string") return current
    current = Option.getOrUndefined(current.parent)
  }
  return undefined
}

const spanOf = ({ fiber }: Options): Tracer.AnySpan | undefined =>
  Option.getOrUndefined(Context.getOption(fiber.context, Tracer.ParentSpan))

/** A request's span, whose trace id its client was given. */
const requested = (span: Tracer.AnySpan): boolean => {
  let current: Tracer.AnySpan | undefined = span
  while (current?._tag === "Span") {
    if (current.kind === "server") return true
    current = Option.getOrUndefined(current.parent)
  }
  return current !== undefined
}

/** None where they lead nowhere: a span of the program's own that was not sampled is nowhere to be found. */
const traceFields = (span: Tracer.AnySpan | undefined): Fields => {
  if (span === undefined) return {}
  const observation = observed(span)?.attributes.get("observation.id")
  if (!span.sampled && observation === undefined && !requested(span)) return {}
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    ...(typeof observation === "string" && { observation_id: observation })
  }
}

const operatorOf = ({ fiber }: Options, span: Tracer.AnySpan | undefined): string | undefined => {
  const annotated = fiber.getRef(References.CurrentLogAnnotations).operator
  return typeof annotated === "string" ? annotated : observed(span)?.name
}

const pairs = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields).map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("")

const formats: Readonly<Record<LogFormat, (options: Options, fields: Fields) => string>> = {
  logfmt: (options, fields) => `${Logger.formatLogFmt.log(options)}${pairs(fields)}`,
  json: (options, fields) => JSON.stringify({ ...Logger.formatStructured.log(options), ...fields }),
  pretty: (options, fields) => {
    const { annotations, cause, level, message, timestamp } = Logger.formatStructured.log(options)
    const text = typeof message === "string" ? message : JSON.stringify(message)
    const more = cause === undefined ? "" : `\n${cause}`
    return `${timestamp.slice(11, 23)} ${level.padEnd(5)} ${text}${pairs({ ...annotations, ...fields })}${more}`
  }
}

/** The line of an event, or `undefined` where its operator's level keeps it back. */
export const formatLine = ({ format, level, levels }: LoggingOptions) => (options: Options): string | undefined => {
  const span = spanOf(options)
  const operator = levels.size === 0 ? undefined : operatorOf(options, span)
  const least = (operator === undefined ? undefined : levels.get(operator)) ?? level
  if (LogLevel.isLessThan(options.logLevel, least)) return undefined
  return formats[format](options, traceFields(span))
}

/** Replaces the loggers in force: lines go to standard error. */
const layer = (options: LoggingOptions): Layer.Layer<never> => {
  const line = formatLine(options)
  const least = Array.from(options.levels.values()).reduce(
    (lowest, level) => LogLevel.isLessThan(level, lowest) ? level : lowest,
    options.level
  )
  const logger = Logger.make<unknown, void>((event) => {
    const text = line(event)
    if (text !== undefined) event.fiber.getRef(Console.Console).error(text)
  })
  return Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, least))
}

/** The program's log lines. */
export const Logging = { layer }
