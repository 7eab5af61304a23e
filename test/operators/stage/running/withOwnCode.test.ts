import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import {
  choose,
  chooseFor,
  mapIntoFor,
  readTimes,
  readTimesFor
} from "../../../../src/operators/stage/running/loops.ts"

const isEven = (n: number): boolean => n % 2 === 0
const isBig = (n: number): boolean => n > 3
const file = new URL("../../../../src/operators/stage/running/withOwnCode.ts", import.meta.url).href

describe("a loop with code of its own", () => {
  it.prop("does what the loop does", [Schema.Array(Schema.Int)], ([payloads]) => {
    const [chosen, places]: [Array<number>, Array<number>] = [[], []]
    const [chosenOfCopy, placesOfCopy]: [Array<number>, Array<number>] = [[], []]
    assert.strictEqual(choose(payloads, chosen, places, isEven), payloads.filter(isEven).length)
    assert.deepStrictEqual(chosen, payloads.filter(isEven))
    assert.deepStrictEqual(places.map((place) => payloads[place]), chosen)
    assert.strictEqual(chooseFor(isEven)(payloads, chosenOfCopy, placesOfCopy, isEven), chosen.length)
    assert.deepStrictEqual([chosenOfCopy, placesOfCopy], [chosen, places])

    const double = (n: number) => n * 2
    const outputs: Array<number> = []
    mapIntoFor(double)(payloads, outputs, double)
    assert.deepStrictEqual(outputs, payloads.map(double))

    const [times, timesOfCopy]: [Array<number>, Array<number>] = [[], []]
    const newest = readTimes(payloads, times, double, 5)
    assert.strictEqual(newest, Math.max(5, ...payloads.map(double)))
    assert.strictEqual(readTimesFor(double)(payloads, timesOfCopy, double, 5), newest)
    assert.deepStrictEqual(timesOfCopy, times)
    assert.deepStrictEqual(times, payloads.map(double))
  })

  it("is one for one function, and another for another", () => {
    const copy = chooseFor(isEven)
    assert.notStrictEqual(copy, choose)
    assert.strictEqual(chooseFor(isEven), copy)
    assert.notStrictEqual(chooseFor(isBig), copy)
    assert.notStrictEqual<unknown>(mapIntoFor(isEven), copy)
  })

  it("is the loop itself where no code may be made of text", () => {
    const program = `
      const { withOwnCode } = await import(${JSON.stringify(file)})
      const loop = (items, f) => items.map(f)
      const own = withOwnCode(loop)(String)
      console.log(own === loop, own([1, 2], String))
    `
    const run = (...flags: ReadonlyArray<string>) =>
      spawnSync(process.execPath, [...flags, "--input-type=module", "--eval", program], { encoding: "utf8" }).stdout
    assert.strictEqual(run("--disallow-code-generation-from-strings").trim(), "true [ '1', '2' ]")
    assert.strictEqual(run().trim(), "false [ '1', '2' ]")
  })
})
