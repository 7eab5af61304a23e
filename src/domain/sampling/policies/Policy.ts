/**
 * A tail-sampling policy: data, as a configuration file holds it and combinators nest it, that knows what it means. The types are those of
 * the OpenTelemetry Collector's tail-sampling processor, where it has them.
 *
 * Every policy gives a threshold, not a yes or no, and no threshold depends on the randomness of its trace; that is what lets counts be
 * scaled back without bias. `or` is the least threshold, `and` the greatest.
 */
import { type Result, Schema } from "effect"
import type { Judge } from "./Judge.ts"

/**
 * What a policy's thresholds have to do with the randomness of traces. `certain`: nothing, a trace is kept or it is not. `share`: a share of
 * the traces is kept, set without looking at their randomness. `bound`: they depend on the randomness of other traces, or were set by who
 * looked at this one's (a rate, the head's decision).
 */
export type Certainty = "certain" | "share" | "bound"

interface Meaning {
  readonly certainty: Certainty
  readonly judge: () => Judge
}

/** Its own fields are its JSON: `type` and what {@link definePolicy} says. Made by a definition alone. */
export class Policy {
  readonly type: string
  readonly #meaning: Meaning

  constructor(type: string, meaning: Meaning) {
    this.type = type
    this.#meaning = meaning
  }

  static readonly certainty = (policy: Policy): Certainty => policy.#meaning.certainty

  /** A judge with a state of its own: regular expressions, sets and thresholds are made here, once. */
  static readonly compile = (policy: Policy): Judge => policy.#meaning.judge()
}

/** A policy as it is, not as JSON: {@link policySchema} is for that. */
export const MadePolicy = Schema.declare((value: unknown): value is Policy => value instanceof Policy, {
  expected: "a policy"
})

/** The certainty of what is made of these. */
export const leastCertain = (policies: ReadonlyArray<Policy>): Certainty => {
  const certainties = new Set(policies.map(Policy.certainty))
  return certainties.has("bound") ? "bound" : certainties.has("share") ? "share" : "certain"
}

/** A policy that cannot be: the message says which field is wrong and why. */
export class PolicyError extends Schema.TaggedError<PolicyError>()("PolicyError", {
  message: Schema.String
}) {}

/** A policy or what is wrong with it. Every constructor gives one and every combinator takes and gives one, so that they nest. */
export type CheckedPolicy<P extends Policy = Policy> = Result.Result<P, PolicyError>
