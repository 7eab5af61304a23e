/** Policies are checked where they are made. */
import { Result, Schema } from "effect"
import { always, never, type Threshold } from "../head/threshold.ts"
import type { Policy } from "./Policy.ts"

/** A policy that cannot be: the message says which field is wrong and why. */
export class PolicyError extends Schema.TaggedError<PolicyError>()("PolicyError", {
  message: Schema.String
}) {}

/** A policy or what is wrong with it. Every constructor gives one and every combinator takes and gives one, so that they nest. */
export type CheckedPolicy<P extends Policy = Policy> = Result.Result<P, PolicyError>

/** The constructor of a schema's policies. */
export const checked = <P extends Policy>(schema: Schema.Codec<P, unknown>): (policy: P) => CheckedPolicy<P> => {
  const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })
  return (policy) => Result.mapError(decode(policy), ({ message }) => new PolicyError({ message }))
}

/** A condition as a threshold. */
export const when = (condition: boolean): Threshold => condition ? always : never

export const Percent = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
export const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
export const AttributeKey = Schema.NonEmptyString
