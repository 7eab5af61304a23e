/** Policies as JSON: those that are built in, and those of whoever reads. */
import { Effect, Result, Schema, SchemaGetter, SchemaIssue, SchemaParser } from "effect"
import { builtInPolicies } from "./builtInPolicies.ts"
import type { PolicyDefinition } from "./definePolicy.ts"
import { type CheckedPolicy, MadePolicy, type Policy, PolicyError } from "./Policy.ts"

const Written = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/** The whole language: the policies of the built-in definitions and of `own`. A type that is defined twice cannot be read. */
export const policySchema = (own: ReadonlyArray<PolicyDefinition> = []): Schema.Codec<Policy, unknown> => {
  const definitions = [...builtInPolicies, ...own]
  const schemaOf = Effect.fnUntraced(function*(type: string) {
    const [found, again] = schemas.filter((known) => known.type === type)
    if (found !== undefined && again === undefined) return found.schema
    return yield* Effect.fail(
      new SchemaIssue.Pointer(
        ["type"],
        new SchemaIssue.InvalidValue({
          message: found === undefined
            ? `no policy is of the type "${type}"; expected ${definitions.map((known) => known.type).join(", ")}`
            : `two policies are defined as "${type}"`
        })
      )
    )
  })
  const schema: Schema.Codec<Policy, unknown> = Written.pipe(Schema.decodeTo(MadePolicy, {
    decode: SchemaGetter.transformEffect(({ type, ...fields }: typeof Written.Type, parsing) =>
      Effect.flatMap(schemaOf(type), (schema) => SchemaParser.decodeEffect(schema)(fields, parsing))
    ),
    encode: SchemaGetter.transformEffect((policy: Policy, parsing) =>
      Effect.gen(function*() {
        const fields = yield* SchemaParser.encodeUnknownEffect(yield* schemaOf(policy.type))(policy, parsing)
        return yield* SchemaParser.decodeUnknownEffect(Written)({ type: policy.type, ...Object(fields) }, parsing)
      })
    )
  }))
  const nested = Schema.suspend(() => schema)
  const schemas = definitions.map(({ schema, type }) => ({ type, schema: schema(nested) }))
  return schema
}

/** Reads a policy from parsed JSON; unknown types and fields are errors. */
export const parsePolicy = (json: unknown, own: ReadonlyArray<PolicyDefinition> = []): CheckedPolicy =>
  Result.mapError(
    Schema.decodeUnknownResult(policySchema(own), { onExcessProperty: "error" })(json),
    ({ message }) => new PolicyError({ message })
  )
