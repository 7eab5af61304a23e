import { describe, expect, it } from "@effect/vitest"
import { formatTraceParent, isSampled, parseTraceParent, traceFlags } from "../../../src/domain/tracing/traceparent.ts"

const example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

describe("traceparent", () => {
  it("reads the recommendation's example and writes it back", () => {
    const parent = parseTraceParent(example)
    expect(parent).toEqual({
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
      sampled: true,
      random: false
    })
    expect(parent && formatTraceParent(parent)).toBe(example)
  })

  it.each([
    ["00", false, false, "00"],
    ["01", true, false, "01"],
    ["02", false, true, "02"],
    ["03", true, true, "03"],
    ["fc", false, false, "00"],
    ["ff", true, true, "03"]
  ])("flags %s: sampled %j, random %j; written %s", (flags, sampled, random, written) => {
    const parent = parseTraceParent(example.replace(/01$/, flags))
    expect([parent?.sampled, parent?.random]).toEqual([sampled, random])
    expect(parent && formatTraceParent(parent)).toBe(example.replace(/01$/, written))
  })

  it.each([
    ["nothing", ""],
    ["garbage", "garbage"],
    ["upper case", example.toUpperCase()],
    ["version ff", example.replace(/^00/, "ff")],
    ["a version that is no hex", example.replace(/^00/, ".0")],
    ["a version of one digit", example.slice(1)],
    ["a version of three digits", `0${example}`],
    ["version 00 with more", `${example}-more`],
    ["version 00 with a stop", `${example}.`],
    ["a later version with more that is not set off", `cc${example.slice(2)}.what-ever`],
    ["a trace id of zeros", example.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32))],
    ["a trace id that is no hex", example.replace("4bf9", "4bg9")],
    ["a trace id of 33 digits", example.replace("4bf9", "04bf9")],
    ["a trace id of 31 digits", example.replace("4bf9", "4bf")],
    ["a parent id of zeros", example.replace("00f067aa0ba902b7", "0".repeat(16))],
    ["a parent id of 15 digits", example.replace("00f067aa0ba902b7", "0f067aa0ba902b7")],
    ["flags of one digit", example.slice(0, -1)],
    ["flags of three digits", `${example}0`],
    ["flags that are no hex", example.replace(/01$/, "0.")],
    ["two headers in one line", `${example},${example}`],
    ["a line break before it", `\n${example}`]
  ])("ignores %s", (_, text) => {
    expect(parseTraceParent(text)).toBeUndefined()
  })

  it.each([
    `cc${example.slice(2)}`,
    `cc${example.slice(2)}-what-ever`,
    ` ${example}`,
    `${example}\t`,
    `\t ${example} `
  ])(
    "reads %j",
    (text) => {
      expect(parseTraceParent(text)).toMatchObject({ spanId: "00f067aa0ba902b7", sampled: true })
    }
  )

  it("has a byte of flags, of which others are not looked at", () => {
    expect([traceFlags({ sampled: true }), traceFlags({ sampled: false, random: true })]).toEqual([1, 2])
    expect([isSampled(257), isSampled(256), isSampled(0)]).toEqual([true, false, false])
  })
})
