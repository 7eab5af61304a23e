/** How what Effect hands to a span reads as OpenTelemetry's fields: attributes of any value, events, links, the status of an exit. */
import { Cause, Exit, Formatter, type Tracer } from "effect"
import type { Attributes, AttributeValue, SpanEvent, SpanLink, SpanStatus } from "../../../domain/tracing/SpanData.ts"
import { traceStateIn } from "../SpanTraceState.ts"

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

/** A value as an attribute can hold it: scalars and lists of scalars stay, anything else becomes its text. */
export const attributeValue = (value: unknown): AttributeValue => {
  if (isScalar(value) || typeof value === "bigint") return value
  if (Array.isArray(value)) return value.every(isScalar) ? value.slice() : value.map(scalarText)
  return Formatter.format(value)
}

const scalarText = (value: unknown): string => typeof value === "string" ? value : Formatter.format(value)

const put = (attributes: Record<string, AttributeValue>, key: string, value: unknown): void => {
  // Assigning this key would set the record's prototype.
  if (key === "__proto__") Object.defineProperty(attributes, key, { value: attributeValue(value), enumerable: true })
  else attributes[key] = attributeValue(value)
}

/** Entries as a record; of two with one key the later counts. */
export const attributesOf = (entries: Iterable<readonly [string, unknown]>): Attributes => {
  const attributes: Record<string, AttributeValue> = {}
  for (const [key, value] of entries) put(attributes, key, value)
  return attributes
}

/** {@link attributesOf} for what is a record already. */
const attributesIn = (record: Readonly<Record<string, unknown>>): Attributes => {
  const attributes: Record<string, AttributeValue> = {}
  for (const key of Object.keys(record)) put(attributes, key, record[key])
  return attributes
}

export const linksOf = (links: ReadonlyArray<Tracer.SpanLink>): ReadonlyArray<SpanLink> =>
  links.map(({ attributes, span }) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: traceStateIn(span.annotations),
    attributes: attributesIn(attributes)
  }))

/** Interrupted and nothing else: not an error, but told. */
export const isInterrupted = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)

export const interruptedAttribute = ["effect.fiber.interrupted", true] as const

const unset: SpanStatus = { code: "unset" }

const errorsOf = (exit: Exit.Exit<unknown, unknown>): ReadonlyArray<Error> =>
  Exit.isSuccess(exit) || isInterrupted(exit) ? [] : Cause.prettyErrors(exit.cause)

/** A failure or a defect is an error with the first one's message; success and interruption leave the status unset. */
export const statusOf = (exit: Exit.Exit<unknown, unknown>): SpanStatus => {
  if (Exit.isSuccess(exit)) return unset
  const [first] = errorsOf(exit)
  return first === undefined ? unset : { code: "error", message: first.message }
}

const noEvents: ReadonlyArray<SpanEvent> = []

/** The events in the order they happened, then one `exception` per error at the end, as the semantic conventions name it. */
export const eventsOf = (
  events: ReadonlyArray<readonly [string, bigint, Record<string, unknown> | undefined]> | undefined,
  exit: Exit.Exit<unknown, unknown>,
  endTime: bigint
): ReadonlyArray<SpanEvent> => {
  if (events === undefined && Exit.isSuccess(exit)) return noEvents
  const told = events?.map(([name, time, attributes]) => ({
    name,
    time,
    attributes: attributesIn(attributes ?? {})
  })) ?? []
  const exceptions = errorsOf(exit).map((error) => ({
    name: "exception",
    time: endTime,
    attributes: {
      "exception.type": error.name,
      "exception.message": error.message,
      "exception.stacktrace": error.stack ?? ""
    }
  }))
  return [...told, ...exceptions]
}
