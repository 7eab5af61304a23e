import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { extendedFusion } from "../../examples/extendedFusion.ts"
import { received, type Receiver } from "../../examples/ownSource.ts"
import { keptLetters } from "../../examples/ownStore.ts"

const folder = join(import.meta.dirname, "../../examples")

describe("examples of extending", () => {
  it.effect("a source of one's own: bounded, and a record that comes twice is one event", () =>
    Effect.gen(function*() {
      let closed = 0
      const sending = (count: number): Receiver => ({
        listen: (onLine, onEnd) => {
          for (let n = 0; n < count; n++) onLine({ text: String(n % 3), at: n % 3 })
          onEnd()
          return () => closed++
        }
      })
      assert.deepStrictEqual(yield* received(sending(5)), { lines: ["0", "1", "2"], dropped: 0 })
      assert.deepStrictEqual(yield* received(sending(5), 2), { lines: ["0", "1"], dropped: 3 })
      assert.strictEqual(closed, 2)
    }))

  it.effect("a store of one's own has what the pipeline gave up", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* keptLetters(":memory:"), [
        "ProcessingException: Error: 1 is odd",
        "ProcessingException: Error: 3 is odd",
        "ProcessingException: Error: 5 is odd"
      ])
    }))

  it.live("fusion goes on into an operator of one's own", () =>
    Effect.gen(function*() {
      const { stages, told } = yield* extendedFusion
      assert.deepStrictEqual(stages.slice(-3), ["publish", "nearer", "told"])
      assert.isNotEmpty(told)
      for (const [place, { alertId, missMetres }] of told.entries()) {
        const before = told.slice(0, place).filter((each) => each.alertId === alertId)
        assert.isTrue(before.every((each) => missMetres < each.missMetres))
      }
    }))

  const examples = readdirSync(folder).filter((name) => name.endsWith(".ts"))

  it.each(examples)("%s uses nothing but what is exported, and stands in the table", (name) => {
    const text = readFileSync(join(folder, name), "utf8")
    for (const [, specifier] of text.matchAll(/from "([^"]+)"/g)) {
      assert.match(specifier ?? "", /^(effect|perigee\/(domain|layers|operators))$/)
    }
    assert.include(readFileSync(join(folder, "README.md"), "utf8"), `](${name})`)
  })
})
