import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { combinedBody, readHardBodies } from "../../../../src/domain/orbit/encounter/HardBody.ts"

const known = Result.getOrThrow(readHardBodies(
  `{"25544": {"radiusMetres": 55}, "20580": {"radiusMetres": 7.5, "shape": "square"}}`,
  "sizes.json"
))

describe("hard bodies", () => {
  it("add up, a square making a square, and the default for what nobody knows", () => {
    expect(combinedBody(["25544", "20580"], known, "a file")).toEqual({
      radius: 62.5,
      shape: "square",
      source: "a file"
    })
    expect(combinedBody(["25544", "1"], known, "a file")).toEqual({
      radius: 60,
      shape: "circle",
      source: "a file; default of 5 m for 1"
    })
    expect(combinedBody(["1", "2"], known, "a file")).toEqual({
      radius: 10,
      shape: "circle",
      source: "default of 5 m for 1 and 2"
    })
  })

  it.each([
    ["no JSON", "radius 5"],
    ["a radius of zero", `{"1": {"radiusMetres": 0}}`],
    ["one that is no number", `{"1": {"radiusMetres": "5"}}`],
    ["one above 10 km", `{"1": {"radiusMetres": 10001}}`],
    ["another shape", `{"1": {"radiusMetres": 5, "shape": "sphere"}}`]
  ])("refuses %s and names the file", (_, text) => {
    expect(Result.getOrThrow(Result.flip(readHardBodies(text, "sizes.json"))).message).toMatch(
      /^sizes\.json: not hard bodies/
    )
  })
})
