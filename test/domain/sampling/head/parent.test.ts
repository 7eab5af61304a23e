import { describe, expect, it } from "@effect/vitest"
import {
  consistentThreshold,
  randomnessOf,
  readThreshold,
  withThreshold
} from "../../../../src/domain/sampling/head/otMember.ts"
import { dropped, followParent, raise } from "../../../../src/domain/sampling/head/parent.ts"
import {
  always,
  parseRandomness,
  randomnessOfTraceId,
  thresholdOf
} from "../../../../src/domain/sampling/head/threshold.ts"

/** Randomness 0x80000000000000: exactly at the threshold of one half. */
const traceId = "4bf92f3577b34da6a380000000000000"

describe("the ot member", () => {
  it.each([
    ["nothing to nothing", undefined, 1, "ot=th:0"],
    ["in front of others, which keep their order", "foo=1,bar=2", 0.5, "ot=th:8,foo=1,bar=2"],
    [
      "in place of another th, rv and strangers kept",
      "foo=1,ot=rv:6e6d1a75832a2f;th:4;x:y",
      0.5,
      "ot=th:8;rv:6e6d1a75832a2f;x:y,foo=1"
    ],
    ["what is there already moves nothing", "foo=1,ot=th:8", 0.5, "foo=1,ot=th:8"],
    ["erased, with the member if nothing is left", "ot=th:8,foo=1", undefined, "foo=1"],
    ["erased, rv stays", "foo=1,ot=th:8;rv:6e6d1a75832a2f", undefined, "ot=rv:6e6d1a75832a2f,foo=1"],
    ["erased from nothing", undefined, undefined, undefined],
    ["the threshold that keeps nothing is erased too", "ot=th:8", 0, undefined],
    ["a header that cannot be read goes", "foo=1=2,ot=th:8", 0.5, "ot=th:8"],
    ["a th that cannot be read goes", "ot=th:xyz,foo=1", undefined, "foo=1"]
  ])("%s", (_, before, probability, after) => {
    expect(withThreshold(before, probability === undefined ? undefined : thresholdOf(probability))).toBe(after)
  })

  it("stays within what a member may hold: strangers go first", () => {
    const text = withThreshold(`ot=x:${"y".repeat(250)}`, thresholdOf(0.5))
    expect(text).toBe("ot=th:8")
    const kept = withThreshold(`ot=rv:6e6d1a75832a2f;x:${"y".repeat(236)}`, thresholdOf(0.01))
    expect(kept).toBe("ot=th:fd70a3d70a3d71;rv:6e6d1a75832a2f")
  })

  it("randomness is rv where it can be read, else the trace id's", () => {
    expect(randomnessOf(traceId, "ot=rv:6e6d1a75832a2f")).toEqual(parseRandomness("6e6d1a75832a2f"))
    expect(randomnessOf(traceId, "foo=1, ot=th:8;rv:6e6d1a75832a2f")).toEqual(parseRandomness("6e6d1a75832a2f"))
    for (const state of [undefined, "ot=th:8", "ot=rv:6e6d", "xot=rv:6e6d1a75832a2f", "ot=rv:6E6D1A75832A2F"]) {
      expect(randomnessOf(traceId, state)).toEqual(randomnessOfTraceId(traceId))
    }
  })

  it("a threshold is trusted only where it would have kept the trace", () => {
    const randomness = randomnessOfTraceId(traceId)
    expect(consistentThreshold("ot=th:8", randomness)).toEqual(thresholdOf(0.5))
    expect(consistentThreshold("ot=th:80000000000001", randomness)).toBeUndefined()
    expect(consistentThreshold(undefined, randomness)).toBeUndefined()
    expect(readThreshold("ot=th:80000000000001")).toBeDefined()
  })
})

describe("followParent", () => {
  it.each([
    ["sampled, th at the randomness: copied", true, "ot=th:8,foo=1", "ot=th:8,foo=1"],
    ["sampled, th one above the randomness: erased", true, "ot=th:80000000000001,foo=1", "foo=1"],
    ["sampled, no th: none made up", true, "foo=1", "foo=1"],
    ["sampled, th that cannot be read: erased", true, "ot=th:zz,foo=1", "foo=1"],
    ["sampled, rv that th agrees with: both copied", true, "ot=rv:ffffffffffffff;th:c", "ot=rv:ffffffffffffff;th:c"],
    ["sampled, rv that th contradicts: th erased, rv kept", true, "ot=rv:00000000000001;th:8", "ot=rv:00000000000001"],
    ["unsampled, th: erased", false, "ot=th:0,foo=1", "foo=1"],
    ["unsampled, rv: kept", false, "ot=rv:ffffffffffffff;th:0", "ot=rv:ffffffffffffff"],
    ["no tracestate", true, undefined, undefined]
  ])("%s", (_, sampled, traceState, expected) => {
    expect(followParent({ traceId, sampled, traceState })).toEqual({ sampled, traceState: expected })
  })
})

describe("downstream", () => {
  it("raises and never lowers; unknown stays unknown; dropping erases", () => {
    const [half, quarter] = [thresholdOf(0.5), thresholdOf(0.25)]
    expect(raise(half, quarter)).toEqual(quarter)
    expect(raise(quarter, half, always)).toEqual(quarter)
    expect(raise(undefined, half)).toBeUndefined()
    expect(dropped("ot=th:8;rv:6e6d1a75832a2f,foo=1")).toEqual({
      sampled: false,
      traceState: "ot=rv:6e6d1a75832a2f,foo=1"
    })
  })
})
