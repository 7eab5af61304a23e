/** Definitions of tail policies beside those built in, for whoever reads a policy from a setting. */
import { Context, Layer } from "effect"
import type { PolicyDefinition } from "../../domain/sampling/policies/definePolicy.ts"

/** Read when a policy is: provide it to the Layers `...FromConfig`. The default is none. */
export class OwnPolicies extends Context.Reference<ReadonlyArray<PolicyDefinition>>(
  "perigee/layers/sampling/OwnPolicies",
  { defaultValue: () => [] }
) {
  static readonly layer = (...definitions: ReadonlyArray<PolicyDefinition>) => Layer.succeed(OwnPolicies, definitions)
}
