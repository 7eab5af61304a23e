import { describe, expect, it } from "@effect/vitest"
import { formatTraceParent, parseTraceParent } from "../../../src/domain/tracing/traceparent.ts"

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
    expect(parseTraceParent(example.replace(/01$/, "00"))?.sampled).toBe(false)
  })

  it.each([
    "",
    "garbage",
    example.toUpperCase(),
    example.replace(/^00/, "ff"),
    `${example}-more`,
    example.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
    example.replace("00f067aa0ba902b7", "0".repeat(16)),
    example.slice(0, -1)
  ])("ignores %j", (text) => {
    expect(parseTraceParent(text)).toBeUndefined()
  })

  it("reads a later version by its first four fields", () => {
    expect(parseTraceParent(`cc${example.slice(2)}-what-ever`)?.spanId).toBe("00f067aa0ba902b7")
  })
})
