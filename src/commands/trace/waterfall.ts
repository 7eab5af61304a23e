/**
 * A trace on a terminal: a line per span, its place in the tree and in time.
 *
 * Work is solid, waiting hatched: a span that is a wait, and the time between the end of its parent and its own start. `>` stands before what is on the critical path, `!`
 * before errors, so that all is told without colour too.
 */
import type { SpanJson, TraceJson } from "../../domain/api/traceAnswers.ts"
import { nanosOfTime, nanosText } from "../../domain/traces/nanos.ts"
import { printable } from "../text.ts"

export interface Style {
  readonly error: (text: string) => string
  readonly critical: (text: string) => string
  readonly faint: (text: string) => string
}

export const plain: Style = { error: (text) => text, critical: (text) => text, faint: (text) => text }

const escape = (code: number) => (text: string): string => text === "" ? "" : `\u001b[${code}m${text}\u001b[0m`

export const coloured: Style = { error: escape(31), critical: escape(36), faint: escape(2) }

const solid = "█"
const hatched = "░"
const between = "·"

const clipped = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, Math.max(0, width - 1))}…`

const lengthWidth = 7

interface Scale {
  readonly start: bigint
  readonly nanos: number
  readonly width: number
}

/** The cells of a bar: at least one, however short the span. */
const bar = (span: SpanJson, { nanos, start, width }: Scale): string => {
  const from = Number((nanosOfTime(span.start) ?? start) - start)
  const cell = (at: number): number => Math.min(width - 1, Math.max(0, Math.floor(at / nanos * width)))
  const first = cell(from)
  const last = Math.max(first, Math.min(width - 1, Math.ceil((from + span.durationNanos) / nanos * width) - 1))
  const queued = span.queuedNanos > 0 ? Math.min(first, cell(from - span.queuedNanos)) : first
  const fill = span.waiting === null ? solid : hatched
  return `${" ".repeat(queued)}${hatched.repeat(first - queued)}${fill.repeat(last - first + 1)}`.padEnd(width)
}

const indented = (depth: number, most: number): string =>
  depth <= most ? "  ".repeat(depth) : `${"  ".repeat(most - 1)}${depth} `

/** `width` columns at most; below 40 nothing is readable, and 40 are used. `most` lines of spans. */
export const waterfall = (trace: TraceJson, width: number, style: Style, most = Infinity): ReadonlyArray<string> => {
  const columns = Math.max(40, width)
  const labels = Math.max(16, Math.min(56, Math.floor(columns * 0.45)))
  const scale: Scale = {
    start: nanosOfTime(trace.start) ?? 0n,
    nanos: Math.max(1, trace.durationNanos),
    width: Math.max(8, columns - labels - lengthWidth - 5)
  }
  const depths = Math.floor(labels / 5)
  const lines = trace.spans.slice(0, most).map((span) => {
    const failed = span.status === "error"
    const marks = `${span.onCriticalPath ? ">" : " "}${failed ? "!" : " "}`
    const label = clipped(`${indented(span.depth, depths)}${printable(span.service)} ${printable(span.name)}`, labels)
    const paint = failed ? style.error : span.onCriticalPath ? style.critical : (text: string) => text
    const length = nanosText(BigInt(Math.round(span.durationNanos))).padStart(lengthWidth)
    return `${marks}${paint(label)} ${style.faint(length)} ${paint(bar(span, scale))}`.trimEnd()
  })
  const half = Math.floor(scale.width / 2)
  const end = nanosText(BigInt(Math.round(scale.nanos)))
  const middle = nanosText(BigInt(Math.round(scale.nanos / 2)))
  const ruler = `0${between.repeat(Math.max(0, half - 1))}${middle}${
    between.repeat(Math.max(0, scale.width - half - middle.length - end.length))
  }${end}`
  return [style.faint(`${" ".repeat(labels + lengthWidth + 4)}${ruler.slice(0, scale.width)}`), ...lines]
}
