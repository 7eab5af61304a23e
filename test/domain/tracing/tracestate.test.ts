import { describe, expect, it } from "@effect/vitest"
import {
  formatTraceState,
  maxTraceStateMembers,
  parseTraceState,
  sanitizeTraceState,
  traceStateMember,
  withTraceStateMember
} from "../../../src/domain/tracing/tracestate.ts"

const members = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=${i}`)

const allowedKey = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
const allowedValue = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i))
  .filter((text) => text !== "," && text !== "=").join("")

describe("tracestate", () => {
  it.each([
    ["one member", "foo=1", "foo=1"],
    ["order", "foo=1,bar=2,baz=3", "foo=1,bar=2,baz=3"],
    ["several lines, in order", ["rojo=1,congo=2", "baz=3"], "rojo=1,congo=2,baz=3"],
    ["an empty line", ["foo=1", ""], "foo=1"],
    ["nothing", "", undefined],
    ["empty members", "foo=1,,bar=2,", "foo=1,bar=2"],
    ["white space around members", " foo=1 \t , \t bar=2, \t baz=3\t", "foo=1,bar=2,baz=3"],
    ["space within a value", "foo=a b", "foo=a b"],
    ["all that a key may hold", `${allowedKey}@a-z=1`, `${allowedKey}@a-z=1`],
    ["all that a value may hold", `a=${allowedValue}`, `a=${allowedValue}`],
    ["a key that begins with a digit", "0a=1", "0a=1"],
    ["a key of 256", `${"z".repeat(256)}=1`, `${"z".repeat(256)}=1`],
    ["a tenant's key", `${"t".repeat(241)}@${"v".repeat(14)}=1`, `${"t".repeat(241)}@${"v".repeat(14)}=1`],
    ["a value of 256", `a=${"v".repeat(256)}`, `a=${"v".repeat(256)}`],
    ["32 members", members(32).join(","), members(32).join(",")],
    ["one key twice, the first kept", "foo=1,bar=2,foo=3", "foo=1,bar=2"],
    ["one key on two lines", ["foo=1", "foo=2"], "foo=1"]
  ])("passes on %s", (_, lines, expected) => {
    expect(sanitizeTraceState(lines)).toBe(expected)
  })

  it.each([
    ["33 members", members(33).join(",")],
    ["33 members over two lines", [members(20).join(","), members(33).slice(20).join(",")]],
    ["a key of 257", `${"z".repeat(257)}=1`],
    ["a value of 257", `a=${"v".repeat(257)}`],
    ["a value with =", "foo=bar=baz"],
    ["a member without a value", "foo=,bar=3"],
    ["a member without =", "foo,bar=3"],
    ["a member without a key", "=1"],
    ["space in a key", "foo =1"],
    ["upper case in a key", "FOO=1"],
    ["a stop in a key", "foo.bar=1"],
    ["a key that begins with @", "@foo=1,bar=2"],
    ["a key that begins with _", "_foo=1"],
    ["a control character in a value", "foo=a\u0007b"],
    ["what is not ASCII in a value", "foo=é"]
  ])("drops the header for %s", (_, lines) => {
    expect(parseTraceState(lines)).toEqual([])
    expect(sanitizeTraceState(lines)).toBeUndefined()
  })

  it("what is changed comes first, the others keep their order, and the oldest goes over 32", () => {
    const state = parseTraceState("a=1,b=2,c=3")
    expect(formatTraceState(withTraceStateMember(state, "b", "4"))).toBe("b=4,a=1,c=3")
    expect(formatTraceState(withTraceStateMember(state, "b", undefined))).toBe("a=1,c=3")
    const full = withTraceStateMember(parseTraceState(members(32)), "new", "1")
    expect(full.length).toBe(maxTraceStateMembers)
    expect([full[0]?.key, full.at(-1)?.key]).toEqual(["new", "k30"])
    expect(traceStateMember(full, "k30")).toBe("30")
    expect(traceStateMember(full, "k31")).toBeUndefined()
  })
})
