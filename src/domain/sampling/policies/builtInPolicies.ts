/** The policies that Perigee brings along: a new one is a file beside these and its line here. */
import { adaptive } from "./adaptive.ts"
import { always } from "./always.ts"
import { and } from "./and.ts"
import { booleanAttribute } from "./booleanAttribute.ts"
import type { PolicyDefinition } from "./definePolicy.ts"
import { drop } from "./drop.ts"
import { headDecision } from "./headDecision.ts"
import { latency } from "./latency.ts"
import { not } from "./not.ts"
import { numericAttribute } from "./numericAttribute.ts"
import { or } from "./or.ts"
import { probabilistic } from "./probabilistic.ts"
import { rateLimiting } from "./rateLimiting.ts"
import { rollingLatency } from "./rollingLatency.ts"
import { spanCount } from "./spanCount.ts"
import { statusCode } from "./statusCode.ts"
import { stringAttribute } from "./stringAttribute.ts"
import { traceFlags } from "./traceFlags.ts"
import { traceState } from "./traceState.ts"

export const builtInPolicies: ReadonlyArray<PolicyDefinition> = [
  adaptive,
  always,
  and,
  booleanAttribute,
  drop,
  headDecision,
  latency,
  not,
  numericAttribute,
  or,
  probabilistic,
  rateLimiting,
  rollingLatency,
  spanCount,
  statusCode,
  stringAttribute,
  traceFlags,
  traceState
]
