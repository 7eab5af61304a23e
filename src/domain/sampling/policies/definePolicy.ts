/**
 * One kind of policy in one value: its type, what it holds, its constructor, how it judges. What a definition gives is called to make a policy,
 * and is given to {@link policySchema} to read one.
 */
import { Result, Schema, SchemaGetter, SchemaParser } from "effect"
import type { Judge } from "./Judge.ts"
import { type Certainty, type CheckedPolicy, MadePolicy, Policy, PolicyError } from "./Policy.ts"

/** Policies as a schema sees them: read from JSON, or made already. */
type Nested = Schema.Codec<Policy, unknown>

interface Definition<Options extends object> {
  /** As it stands in JSON; no two definitions have the same. */
  readonly type: string
  /** The fields beside `type`; where policies stand among them, a function of their schema. Checks of several fields belong here too. */
  readonly options: Schema.Codec<Options, unknown> | ((nested: Nested) => Schema.Codec<Options, unknown>)
  readonly certainty: Certainty | ((options: Options) => Certainty)
  /** Called once for each sampler that uses the policy: what the judge must remember between batches is made here. */
  readonly judge: (options: Options) => Judge
}

/** Checks the options. */
export type MakePolicy<Options extends object> = (options: Options) => CheckedPolicy<Policy & Options>

/** What reading needs of a definition. */
export interface PolicyDefinition {
  readonly type: string
  /** Reads the fields beside `type`. */
  readonly schema: (nested: Nested) => Nested
}

const strictly = { onExcessProperty: "error" } as const

const defined = <Options extends object>({ certainty, judge, options, type }: Definition<Options>) => {
  const schemaOf = Schema.isSchema(options) ? () => options : options
  const create = (given: Options): Policy & Options =>
    Object.assign(
      new Policy(type, {
        certainty: typeof certainty === "function" ? certainty(given) : certainty,
        judge: () => judge(given)
      }),
      given
    )
  const made = Schema.toType(schemaOf(MadePolicy))
  const check = Schema.decodeUnknownResult(made, strictly)
  const optionsOf = SchemaParser.decodeUnknownEffect(made, strictly)
  const make: MakePolicy<Options> = (given) =>
    Result.mapBoth(check(given), {
      onFailure: ({ message }) => new PolicyError({ message: `${type}: ${message}` }),
      onSuccess: create
    })
  const schema: PolicyDefinition["schema"] = (nested) =>
    schemaOf(nested).pipe(
      Schema.decodeTo(MadePolicy, {
        decode: SchemaGetter.transform(create),
        encode: SchemaGetter.transformEffect(({ type: _, ...fields }: Policy) => optionsOf(fields))
      })
    )
  return { make, definition: { type, schema } satisfies PolicyDefinition }
}

/** The constructor of a kind of policies, which is its definition too; it takes the options, or what `construct` makes of them. */
export function definePolicy<Options extends object>(
  definition: Definition<Options>
): MakePolicy<Options> & PolicyDefinition
export function definePolicy<Options extends object, Construct extends (...given: ReadonlyArray<never>) => unknown>(
  definition: Definition<Options>,
  construct: (make: MakePolicy<Options>) => Construct
): Construct & PolicyDefinition
export function definePolicy<Options extends object>(
  given: Definition<Options>,
  construct: (make: MakePolicy<Options>) => object = (make) => make
) {
  const { definition, make } = defined(given)
  return Object.assign(construct(make), definition)
}
