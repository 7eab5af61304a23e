import { assert, describe, it } from "@effect/vitest"
import { parseSearch } from "../../dashboard/src/pages/traces/searchLine.ts"
import { nanosBetween } from "../../dashboard/src/pages/traces/times.ts"
import { placeOf } from "../../dashboard/src/shell/placeOf.ts"

describe("a search in one line", () => {
  const cases: ReadonlyArray<readonly [line: string, query: Record<string, string>, tags?: ReadonlyArray<string>]> = [
    ["", {}],
    ["service:x error:true >200ms", { service: "x", error: "true", minDuration: "200ms" }],
    ["<5s >=1ms", { maxDuration: "5s", minDuration: "1ms" }],
    ["name:\"GET /checkout\" since:2h", { operation: "GET /checkout", start: "2h" }],
    ["checkout", { operation: "checkout" }],
    ["\"> 3\"", { operation: "> 3" }],
    ["http.route=/v1/x host:a", {}, ["http.route=/v1/x", "host=a"]],
    ["a=\"b c\"", {}, ["a=b c"]]
  ]
  for (const [line, query, tags = []] of cases) {
    it(line === "" ? "nothing" : line, () => assert.deepStrictEqual(parseSearch(line), { query, tags }))
  }

  it("leads an id to what it names", () => {
    const id = "4bf92f3577b34da6a3ce929d0e0e4736"
    assert.strictEqual(placeOf(` ${id.toUpperCase()} `), `/traces/${id}`)
    assert.strictEqual(placeOf("4bf92f35-77b3-4da6-a3ce-929d0e0e4736"), `/traces/${id}`)
    assert.strictEqual(placeOf("alert:a/b"), "/alerts/a%2Fb")
    assert.strictEqual(placeOf("service:x >1s"), "/traces?q=service%3Ax%20%3E1s")
  })
})

describe("lengths between times with nine decimals", () => {
  it("are exact to the nanosecond", () => {
    assert.strictEqual(nanosBetween("2026-11-21T10:00:00.999999999Z", "2026-11-21T10:00:01.000000001Z"), 2)
    assert.strictEqual(nanosBetween("2026-11-21T10:00:00Z", "2026-11-21T09:59:59.5Z"), -5e8)
  })
})
