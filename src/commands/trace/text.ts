/** Answers about traces for people. */
import type { DecisionJson, SpanJson, TraceDiffJson, TraceJson, TracePageJson } from "../../domain/api/traceAnswers.ts"
import { nanosText } from "../../domain/traces/nanos.ts"
import { columns, counted, printable } from "../text.ts"
import { type Style, waterfall } from "./waterfall.ts"

const length = (nanos: number): string => nanosText(BigInt(Math.round(nanos)))

/** To the millisecond. */
const time = (text: string): string => text.replace(/(\.\d{3})\d*Z$/, "$1Z")

/** Lines of a waterfall; more are counted, and had with `--all`. */
export const mostLines = 200

const errorLines = ({ spans }: TraceJson): ReadonlyArray<string> =>
  spans.filter(({ status }) => status === "error").slice(0, 10).map(({ events, name, service, statusMessage }) => {
    const exception = events.find((event) => event.name === "exception")?.attributes ?? {}
    const told = statusMessage ?? exception["exception.message"] ?? exception["exception.type"] ?? "no message"
    return `! ${printable(service)} ${printable(name)}: ${printable(String(told))}`
  })

const skewLines = ({ skew, spans }: TraceJson): ReadonlyArray<string> => {
  const contradictory = skew.filter((pair) => pair.contradictory)
  const moved = spans.filter(({ skewNanos }) => skewNanos !== 0).length
  return [
    ...skew.filter(({ thetaNanos }) => thetaNanos !== 0).map(({ from, observations, thetaNanos, to }) =>
      `clock of ${printable(to)} is ${length(Math.abs(thetaNanos))} ${thetaNanos > 0 ? "ahead of" : "behind"} ${
        printable(from)
      }, `
      + `by ${counted(observations, "call")}`
    ),
    ...contradictory.map(({ from, to }) =>
      `clocks of ${printable(from)} and ${
        printable(to)
      }: no one offset explains their calls; each is set right by itself`
    ),
    ...(moved === 0 ? [] : [`${counted(moved, "span")} moved by that; --raw shows them as they came`])
  ]
}

const linkLines = ({ linkedFrom, spans }: TraceJson): ReadonlyArray<string> => [
  ...spans.flatMap(({ links, name }) => links.map(({ traceId }) => `link: ${printable(name)} -> ${traceId}`)).slice(
    0,
    10
  ),
  ...linkedFrom.slice(0, 10).map(({ traceId }) => `linked from: ${traceId}`)
]

const waitedOn = ({ criticalPath }: TraceJson): number =>
  criticalPath.filter(({ waiting }) => waiting).reduce((sum, { durationNanos }) => sum + durationNanos, 0)

const longest = (trace: TraceJson): SpanJson | undefined => {
  const byId = new Map<string, number>()
  for (const { durationNanos, spanId, waiting } of trace.criticalPath) {
    if (!waiting) byId.set(spanId, (byId.get(spanId) ?? 0) + durationNanos)
  }
  const [most] = Array.from(byId).sort(([, a], [, b]) => b - a)
  return most === undefined ? undefined : trace.spans.find(({ spanId }) => spanId === most[0])
}

export const traceText = (trace: TraceJson, width: number, style: Style, all: boolean): string => {
  const {
    complete,
    decision,
    durationNanos,
    errorCount,
    reason,
    rootName,
    rootService,
    services,
    spanCount,
    start,
    traceId
  } = trace
  const slowest = longest(trace)
  const waiting = waitedOn(trace)
  const left = all ? 0 : Math.max(0, trace.spans.length - mostLines)
  const extra = [...errorLines(trace).map(style.error), ...skewLines(trace), ...linkLines(trace)]
  return [
    `${printable(rootService)} ${printable(rootName)}  ${length(durationNanos)}  ${time(start)}`,
    `${traceId}  ${counted(spanCount, "span")}, ${counted(errorCount, "error")}, ${
      counted(services.length, "service")
    }`,
    `${complete ? "complete" : "incomplete"}: ${reason}; ${decision.decision}${
      decision.policy === null ? "" : ` by ${decision.policy}`
    }${decision.late ? ", with late spans" : ""}`,
    ...(slowest === undefined
      ? []
      : [
        `critical path (>): most of it ${printable(slowest.service)} ${printable(slowest.name)}${
          waiting === 0 ? "" : `; ${length(waiting)} of waiting`
        }`
      ]),
    "",
    ...waterfall(trace, width, style, all ? Infinity : mostLines),
    ...(left === 0 ? [] : [`  ${counted(left, "more span")}: --all shows them`]),
    ...(extra.length === 0 ? [] : ["", ...extra])
  ].join("\n")
}

export const searchText = ({ next, traces }: typeof TracePageJson.Type): string =>
  traces.length === 0
    ? "no trace that all of this holds for"
    : [
      ...columns([
        ["TRACE", "START", "LASTED", "SPANS", "ERRORS", "ROOT"],
        ...traces.map(({ durationNanos, errorCount, rootName, rootService, spanCount, start, traceId }) => [
          traceId,
          time(start),
          length(durationNanos),
          String(spanCount),
          String(errorCount),
          `${printable(rootService)} ${printable(rootName)}`
        ])
      ]),
      ...(next === null ? [] : ["", `more: --page ${next}`])
    ].join("\n")

export const whyText = (
  { decidedAt, decision, late, policy, probability, ruleset, threshold, traceId }: DecisionJson
): string => {
  if (decision === "unknown") {
    return `${traceId}: unknown: no decision about it is held; it never came, or was forgotten`
  }
  if (decision === "undecided") return `${traceId}: undecided: its spans are still collected`
  const share = probability === null ? "" : ` (${(probability * 100).toPrecision(3)} % of such traces are kept)`
  return [
    `${traceId}: ${decision} by ${policy ?? "unknown"}`,
    `threshold ${threshold ?? "that keeps nothing"}${share}, ruleset ${ruleset ?? "unknown"}, decided at ${
      decidedAt === null ? "unknown" : time(decidedAt)
    }`,
    late ? "spans came later, and followed the decision" : "no span came later"
  ].join("\n")
}

const signed = (nanos: number): string => `${nanos < 0 ? "-" : "+"}${length(Math.abs(nanos))}`

/** The end of a path that is too long, which tells more than its beginning. */
const tail = (path: string, width: number): string =>
  path.length <= width ? path : `…${path.slice(path.length - width + 1)}`

/** One of the two, in a line. */
const summaryLine = ({ durationNanos, errorCount, rootName, rootService, spanCount, traceId }: TraceDiffJson["a"]) =>
  `${traceId}  ${length(durationNanos)}  ${counted(spanCount, "span")}, ${counted(errorCount, "error")}  ${
    printable(rootService)
  } ${printable(rootName)}`

export const diffText = ({ a, b, onlyA, onlyB, paths, slower }: TraceDiffJson, width: number): string => {
  const room = Math.max(24, width - 40)
  const common = paths.filter(({ aCount, bCount }) => aCount > 0 && bCount > 0)
    .toSorted((x, y) => Math.abs(y.bNanos - y.aNanos) - Math.abs(x.bNanos - x.aNanos)).slice(0, 20)
  const only = (name: string, list: ReadonlyArray<string>) =>
    list.length === 0
      ? []
      : ["", `only in ${name}:`, ...list.slice(0, 20).map((path) => `  ${tail(printable(path), width - 2)}`)]
  return [
    `a  ${summaryLine(a)}`,
    `b  ${summaryLine(b)}`,
    `b is ${signed(b.durationNanos - a.durationNanos)}; ${counted(slower.length, "path")} slower in b, ${
      counted(onlyA.length, "path")
    } only in a, ${counted(onlyB.length, "path")} only in b`,
    "",
    ...columns([
      ["CHANGE", "A", "B", "PATH"],
      ...common.map((
        { aNanos, bNanos, path }
      ) => [signed(bNanos - aNanos), length(aNanos), length(bNanos), tail(printable(path), room)])
    ]),
    ...only("a", onlyA),
    ...only("b", onlyB)
  ].join("\n")
}
