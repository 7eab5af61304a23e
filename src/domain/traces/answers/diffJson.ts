/** Two traces compared by the paths of their spans: the names from the root down. */
import type { TraceDiffJson } from "../../api/traceAnswers.ts"
import type { AssembledTrace } from "../assembly/assembleTrace.ts"
import { serviceOfSpan } from "../StoredSpan.ts"
import { assembledSummary, summaryJson } from "./traceJson.ts"

/** Of a deeper path the last names are shown. */
const mostNames = 32

interface PathTotal {
  readonly number: number
  readonly names: ReadonlyArray<string>
  readonly counts: [a: number, b: number]
  readonly nanos: [a: bigint, b: bigint]
}

/** Adds the spans of one trace to the totals by path. A path is told apart by its parent's number and its own name, so that depth costs nothing. */
const addPaths = (totals: Map<string, PathTotal>, { spans }: AssembledTrace, side: 0 | 1): void => {
  const paths: Array<PathTotal> = []
  for (const { parent, span } of spans) {
    const above = paths[parent]
    const name = `${serviceOfSpan(span)}: ${span.name}`
    const key = `${above?.number ?? -1} ${name}`
    const path = totals.get(key) ?? {
      number: totals.size,
      names: [...(above?.names ?? []), name].slice(-mostNames - 1),
      counts: [0, 0],
      nanos: [0n, 0n]
    }
    path.counts[side]++
    path.nanos[side] += span.endTime - span.startTime
    totals.set(key, path)
    paths.push(path)
  }
}

const textOf = (names: ReadonlyArray<string>): string =>
  names.length > mostNames ? `… > ${names.slice(1).join(" > ")}` : names.join(" > ")

export const diffJson = (a: AssembledTrace, b: AssembledTrace): TraceDiffJson => {
  const totals = new Map<string, PathTotal>()
  addPaths(totals, a, 0)
  addPaths(totals, b, 1)
  const paths = Array.from(totals.values(), ({ counts: [aCount, bCount], names, nanos: [aNanos, bNanos] }) => ({
    path: textOf(names),
    aCount,
    bCount,
    aNanos: Number(aNanos),
    bNanos: Number(bNanos)
  }))
  const common = paths.filter(({ aCount, bCount }) => aCount > 0 && bCount > 0)
  return {
    a: summaryJson(assembledSummary(a)),
    b: summaryJson(assembledSummary(b)),
    common: common.map(({ path }) => path),
    onlyA: paths.filter(({ bCount }) => bCount === 0).map(({ path }) => path),
    onlyB: paths.filter(({ aCount }) => aCount === 0).map(({ path }) => path),
    slower: common.filter(({ aNanos, bNanos }) => bNanos > aNanos)
      .sort((x, y) => (y.bNanos - y.aNanos) - (x.bNanos - x.aNanos))
      .map(({ aNanos, bNanos, path }) => ({ path, aNanos, bNanos })),
    paths
  }
}
