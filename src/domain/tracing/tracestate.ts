/**
 * The `tracestate` header of W3C Trace Context, level 2: `key=value` members of several vendors, the newest first.
 *
 * One member that cannot be read drops the whole header, as the recommendation says; a header that is dropped leaves the trace as it is.
 */

export interface TraceStateMember {
  readonly key: string
  readonly value: string
}

/** More members than this drop the header. */
export const maxTraceStateMembers = 32

const member = /^([a-z0-9][a-z0-9_\-*/@]{0,255})=([ -+\--<>-~]{0,255}[!-+\--<>-~])$/

const trimmed = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, "")

/**
 * The members of a header, or of several lines of it in their order. White space around a member and empty members are let through; of
 * several members with one key the first is kept. `[]` if there is none, if there are more than 32, or if one is not `key=value`.
 */
export const parseTraceState = (lines: string | ReadonlyArray<string>): ReadonlyArray<TraceStateMember> => {
  const members: Array<TraceStateMember> = []
  const keys = new Set<string>()
  let count = 0
  for (const part of (typeof lines === "string" ? lines : lines.join(",")).split(",")) {
    const text = trimmed(part)
    if (text === "") continue
    const match = member.exec(text)
    if (match === null || ++count > maxTraceStateMembers) return []
    const [, key = "", value = ""] = match
    if (keys.has(key)) continue
    keys.add(key)
    members.push({ key, value })
  }
  return members
}

/** One line; `undefined` when there is no member, since an empty header is not sent. */
export const formatTraceState = (members: ReadonlyArray<TraceStateMember>): string | undefined =>
  members.length === 0 ? undefined : members.map(({ key, value }) => `${key}=${value}`).join(",")

/** The value of a member. */
export const traceStateMember = (members: ReadonlyArray<TraceStateMember>, key: string): string | undefined =>
  members.find((member) => member.key === key)?.value

/**
 * With this member in front, where the recommendation wants the one last changed; without it if `value` is `undefined`. The others keep
 * their order; the oldest goes when there would be more than 32.
 */
export const withTraceStateMember = (
  members: ReadonlyArray<TraceStateMember>,
  key: string,
  value: string | undefined
): ReadonlyArray<TraceStateMember> => {
  const others = members.filter((member) => member.key !== key)
  return value === undefined ? others : [{ key, value }, ...others.slice(0, maxTraceStateMembers - 1)]
}

/** The header as it may be passed on: read and written again. `undefined` if nothing is left. */
export const sanitizeTraceState = (lines: string | ReadonlyArray<string> | undefined): string | undefined =>
  lines === undefined ? undefined : formatTraceState(parseTraceState(lines))
