import { describe, expect, it } from "@effect/vitest"
import { makeFailureWindow } from "../../../src/layers/sources/failureWindow.ts"

const outcomes = (calls: ReadonlyArray<readonly [second: number, failed: boolean]>) => {
  const window = makeFailureWindow({ window: 30_000, minimumCalls: 4 })
  return calls.map(([second, failed]) => window(second * 1000, failed)._tag)
}

describe("failureWindow", () => {
  it("half is not over half", () => {
    expect(outcomes([[0, false], [1, true], [2, false], [3, true], [4, true]]))
      .toEqual(["Success", "Ignored", "Success", "Ignored", "Failure"])
  })

  it("fewer calls than the minimum never open it", () => {
    expect(outcomes([[0, true], [1, true], [2, true], [3, true]])).toEqual(["Ignored", "Ignored", "Ignored", "Failure"])
  })

  it("forgets what is 30 s old", () => {
    expect(outcomes([[0, true], [0, true], [0, true], [30, true], [31, true]]).at(-1)).toBe("Ignored")
    expect(outcomes([[0, true], [0, true], [0, true], [29.9, true]]).at(-1)).toBe("Failure")
  })

  it("after it opened the probe alone decides, and success begins a new window", () => {
    const open = [[0, true], [1, true], [2, true], [3, true]] as const
    expect(outcomes([...open, [40, true]]).at(-1)).toBe("Failure")
    expect(outcomes([...open, [40, false], [41, true]]).slice(-2)).toEqual(["Success", "Ignored"])
  })
})
