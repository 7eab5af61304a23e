/**
 * A search in one line: `service:x operation:y error:true >200ms <5s since:2h http.route=/v1/x`.
 *
 * Values with blanks stand in quotes. `key:value` and `key=value` of any other key are tags. A word by itself is an operation.
 */
import type { Query } from "../../data/api.ts"

const term = /(?:([^\s:="<>]+)([:=]))?(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g

const named = new Map([
  ["service", "service"],
  ["operation", "operation"],
  ["name", "operation"],
  ["error", "error"],
  ["since", "start"],
  ["start", "start"],
  ["until", "end"],
  ["end", "end"],
  ["limit", "limit"]
])

export interface TraceSearch {
  readonly query: Query
  readonly tags: ReadonlyArray<string>
}

export const parseSearch = (line: string): TraceSearch => {
  const query: Record<string, string> = {}
  const tags: Array<string> = []
  for (const [, key, separator, quoted, plain] of line.matchAll(term)) {
    const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? ""
    if (key === undefined) {
      const bound = /^([<>])=?(\d.*)$/.exec(value)
      if (bound === null || quoted !== undefined) query["operation"] = value
      else query[bound[1] === ">" ? "minDuration" : "maxDuration"] = bound[2] ?? ""
      continue
    }
    const parameter = separator === ":" ? named.get(key) : undefined
    if (parameter === undefined) tags.push(`${key}=${value}`)
    else query[parameter] = value
  }
  return { query, tags }
}
