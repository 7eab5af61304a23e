/** Policies as JSON, a user's own among them. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { always, never } from "../../../../src/domain/sampling/head/threshold.ts"
import { builtInPolicies } from "../../../../src/domain/sampling/policies/builtInPolicies.ts"
import * as Policies from "../../../../src/domain/sampling/policies/index.ts"
import { spanData } from "../../../support/spanData.ts"
import { outcome, trace, valid, verdictOf } from "./policySupport.ts"

/** One that reads what is no JSON value, holds a policy, and remembers. */
const every = Policies.definePolicy({
  type: "every",
  options: (policy) =>
    Schema.Struct({ nth: Schema.BigIntFromString, policy }).check(
      Schema.makeFilter(({ nth }) => nth > 0n ? undefined : { path: ["nth"], issue: "expected more than 0" })
    ),
  certainty: ({ policy }) => Policies.Policy.certainty(policy),
  judge: ({ nth, policy }) => {
    const judge = Policies.Policy.compile(policy)
    let seen = 0n
    return (traces, context) =>
      judge(traces, context).map(({ excluded }) => ({
        threshold: ++seen % nth === 0n ? always : never,
        policy: "every",
        excluded
      }))
  }
})

const nested = Policies.or(
  Policies.and(Policies.latency({ thresholdMillis: 3 }), every({ nth: 2n, policy: valid(Policies.errors()) })),
  Policies.drop(every({ nth: 9n, policy: valid(Policies.spanCount({ min: 2 })) })),
  Policies.composite(10, { percent: 30, policy: Policies.adaptive() })
)

const failureOf = (result: Policies.CheckedPolicy): string => Result.isFailure(result) ? result.failure.message : "none"

describe("policySchema", () => {
  const schema = Policies.policySchema([every])

  it("reads what it writes: JSON, a user's own policy in it", () => {
    const policy = valid(nested)
    const json = Schema.encodeUnknownSync(schema)(policy)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(json)), json)
    assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(json), policy)
    assert.include(JSON.stringify(json), `{"type":"every","nth":"2","policy":{"type":"status_code","codes":["error"]}}`)
  })

  it("reads a policy that judges as the constructor's does, each with a state of its own", () => {
    const json = { type: "every", nth: "2", policy: { type: "always_sample" } }
    const policy = Policies.parsePolicy(json, [every])
    const judge = Policies.Policy.compile(valid(policy))
    const context = { from: 0, to: 1, latencyQuantile: () => undefined, adaptive: () => never }
    const one = [trace(spanData())]
    const thresholds = [1, 2, 3, 4].map(() => judge(one, context)[0]?.threshold)
    assert.deepStrictEqual(thresholds, [never, always, never, always])
    assert.strictEqual(outcome(policy, spanData()), "dropped")
    assert.strictEqual(verdictOf(policy, trace(spanData())).policy, "every")
  })

  it.each<readonly [what: string, json: unknown, own: ReadonlyArray<Policies.PolicyDefinition>, message: RegExp]>([
    [
      "a type that was not given",
      { type: "every", nth: "1" },
      [],
      /no policy is of the type "every"; expected adaptive/
    ],
    [
      "a type that is defined twice",
      { type: "every", nth: "1" },
      [every, every],
      /two policies are defined as "every"/
    ],
    ["a check of its own", { type: "every", nth: "0", policy: { type: "adaptive" } }, [every], /more than 0[^]*"nth"/],
    ["a built-in type again", { type: "latency" }, [{ ...every, type: "latency" }], /two policies/],
    [
      "a fault inside it",
      { type: "every", nth: "1", policy: { type: "no" } },
      [every],
      /"no"[^]*\["policy"\]\["type"\]/
    ]
  ])("%s is an error that says so", (_, json, own, message) => {
    assert.match(failureOf(Policies.parsePolicy(json, own)), message)
  })

  it("has no two definitions of one type", () => {
    const types = builtInPolicies.map(({ type }) => type)
    assert.strictEqual(new Set(types).size, types.length)
  })
})

describe("a user's own policy", () => {
  it("is checked where it is made, and by what holds it", () => {
    assert.match(failureOf(every({ nth: 0n, policy: valid(Policies.errors()) })), /^every: expected more than 0/)
    const ofRate = every({ nth: 2n, policy: valid(Policies.rateLimiting({ unit: "spans", perSecond: 1 })) })
    assert.isTrue(Result.isFailure(Policies.not(ofRate)))
    assert.isTrue(Result.isFailure(Policies.drop(every({ nth: 2n, policy: valid(Policies.probabilistic(1)) }))))
    assert.isTrue(Result.isSuccess(Policies.drop(every({ nth: 2n, policy: valid(Policies.errors()) }))))
  })
})
