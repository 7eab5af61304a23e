/** What windows are kept apart by, as it is kept. */
import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { StateSchema } from "../state/Binary.ts"
import type { WindowKey } from "./WindowSettings.ts"

/** What was written as a key of these windows is one. */
const isKey = <K extends WindowKey>(_key: WindowKey): _key is K => true

export const windowKey = <K extends WindowKey>(): StateSchema<K> =>
  Schema.UndefinedOr(Schema.Union([Schema.String, Numeric])).pipe(
    Schema.decodeTo(Schema.declare((_key): _key is K => true), {
      decode: SchemaGetter.transformEffect((key: WindowKey) =>
        isKey<K>(key) ? Effect.succeed(key) : Effect.fail(new SchemaIssue.InvalidValue({ message: "no key" }, key))
      ),
      encode: SchemaGetter.transform((key: K): WindowKey => key)
    })
  )
