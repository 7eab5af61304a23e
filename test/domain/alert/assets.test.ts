import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readAssets } from "../../../src/domain/alert/assets.ts"

const idsOf = (text: string) =>
  Result.map(readAssets(text, "assets.txt"), (assets) => assets.map(({ objectId }) => objectId))
const failureOf = (text: string): string =>
  Result.match(readAssets(text, "assets.txt"), { onFailure: ({ message }) => message, onSuccess: () => "none" })

describe("readAssets", () => {
  it("an id a line, with what is for people", () => {
    assert.deepStrictEqual(
      idsOf("# ours\n25544 ISS (ZARYA)\n\n 00005,vanguard # old\r\nA0001\n"),
      Result.succeed(["25544", "5", "100001"])
    )
  })

  it("a JSON array of texts or numbers", () => {
    assert.deepStrictEqual(idsOf("[\"00025544\", 20580]"), idsOf("25544\n20580"))
  })

  it("what is none is told with file and line", () => {
    assert.strictEqual(
      failureOf("25544\nwhat?\n7\n{}"),
      "assets.txt:2: \"what?\" is not an object id\nassets.txt:4: \"{}\" is not an object id"
    )
    assert.match(failureOf("[1, {}]"), /^assets\.txt:1: not a JSON array of object ids/)
    for (const nothing of ["", "# nothing\n", "[]"]) {
      assert.match(failureOf(nothing), /^assets\.txt:1: names no object/)
    }
  })
})
