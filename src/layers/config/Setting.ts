/**
 * A setting: a `Config` that knows its own row in the table of settings, so that the code that reads it, `perigee config` and the
 * documentation cannot differ.
 *
 * A value comes from a flag, else from the environment, else it is the default. An empty environment variable counts as absent. A text that
 * is not of the setting's kind is a `ConfigError` that names the setting (and the flag, if that gave it), the text, and what was expected.
 *
 * A variable whose name does not begin with `PERIGEE_` is not ours alone: it was set for all programs, and what one of them cannot use must not
 * keep it from starting. Such a value counts as absent, as OpenTelemetry's rules have it; {@link ignoredValue} tells of it.
 */
import { Config, ConfigProvider, Context, Effect, Layer, Option, Result, Schema, SchemaIssue } from "effect"
import type { Kind } from "./settingKinds.ts"

/** What is said of a setting. */
export interface SettingRow<F extends string = string> {
  /** The environment variable. */
  readonly name: string
  /** The flag of `perigee run` that wins over it, without its dashes. */
  readonly flag: F | undefined
  readonly unit: string
  readonly expected: string
  /** As it would be written; `undefined` when there is none. */
  readonly defaultText: string | undefined
  readonly what: string
  readonly why: string
  /** The value may hold what must not be shown. */
  readonly secret: boolean
  /** The text as it may be shown. */
  readonly show: (text: string) => string
  /** The text is one of the setting's kind. */
  readonly accepts: (text: string) => boolean
}

export interface Setting<out A, F extends string = string> extends Config.Config<A> {
  readonly row: SettingRow<F>
}

interface Definition<A, F extends string> {
  readonly name: string
  readonly flag?: F
  readonly kind: Kind<A>
  readonly what: string
  /** Why the default is what it is. */
  readonly why: string
  readonly secret?: boolean
}

/** The flags given, by the name of their setting; where a value comes from is told by this. */
class FlagValues extends Context.Reference<ReadonlyMap<string, string>>("perigee/layers/config/FlagValues", {
  defaultValue: () => new Map()
}) {}

const make = <A, B, F extends string>(
  definition: Definition<A, F>,
  fallback: B,
  defaultText: string | undefined
): Setting<A | B, F> => {
  const { flag, kind, name, secret = false, what, why } = definition
  const show = secret ? kind.redact : (text: string) => text
  const accepts = (text: string) => kind.parse(text) !== undefined
  const judge = kind.read ?? ((text: string) => {
    const value = kind.parse(text)
    return value === undefined ? Effect.fail(`expected ${kind.expected}`) : Effect.succeed(value)
  })
  const read = Effect.fnUntraced(function*(given: string) {
    const judged = yield* Effect.result(judge(given))
    if (Result.isSuccess(judged)) return judged.success
    if (isShared(name)) return fallback
    const byFlag = (yield* FlagValues).get(name) === given && flag !== undefined
    return yield* settingError(`${byFlag ? `--${flag}` : name}: "${show(given)}": ${judged.failure}`)
  })
  const config = Config.String(name).pipe(Config.mapEffect(read), Config.withDefault(fallback))
  const { expected, unit } = kind
  return Object.assign(config, { row: { name, flag, unit, expected, defaultText, what, why, secret, show, accepts } })
}

/** Set for other programs too. */
const isShared = (name: string): boolean => !name.startsWith("PERIGEE_")

/** The error of settings that cannot be used; it says nothing but `message`. */
export const settingError = (message: string): Effect.Effect<never, Config.ConfigError> =>
  Effect.fail(new Config.ConfigError(new Schema.SchemaError(new SchemaIssue.InvalidValue({ message }))))

/** A setting with a default. */
export const setting = <A, const F extends string = never>(
  definition: Definition<A, F> & { readonly fallback: NoInfer<A> }
): Setting<A, F> => make(definition, definition.fallback, definition.kind.format(definition.fallback))

/** A setting that may be absent. */
export const optionalSetting = <A, const F extends string = never>(
  definition: Definition<A, F>
): Setting<A | undefined, F> => make(definition, undefined, undefined)

export type Origin = "flag" | "environment" | "default"

/** The text in force, before it is judged, and where it comes from. */
export const inForce = Effect.fnUntraced(function*({ row }: Setting<unknown>): Effect.fn.Return<
  { readonly text: string | undefined; readonly origin: Origin },
  Config.ConfigError
> {
  const flag = (yield* FlagValues).get(row.name)
  if (flag !== undefined) return { text: flag, origin: "flag" }
  const given = yield* Config.option(Config.String(row.name))
  return Option.isSome(given) && (row.accepts(given.value) || !isShared(row.name))
    ? { text: given.value, origin: "environment" }
    : { text: row.defaultText, origin: "default" }
})

/** That the value of a variable of other programs too cannot be used, and why; `undefined` where there is no such thing. */
export const ignoredValue = Effect.fnUntraced(function*({ row }: Setting<unknown>): Effect.fn.Return<
  string | undefined,
  Config.ConfigError
> {
  const { accepts, expected, name, show } = row
  const given = yield* Config.option(Config.String(name))
  return Option.isNone(given) || !isShared(name) || accepts(given.value)
    ? undefined
    : `${name}: "${show(given.value)}": ignored, as if it were not set: expected ${expected}`
})

/** Flags, by the name of their setting, put before the configuration that is in force around this Layer. */
export const layerFlags = (flags: ReadonlyMap<string, string>): Layer.Layer<never> =>
  Layer.merge(
    ConfigProvider.layerAdd(
      ConfigProvider.fromEnvRecord(Object.fromEntries(flags), { preserveEmptyStrings: true }),
      { asPrimary: true }
    ),
    Layer.effect(FlagValues, Effect.map(FlagValues, (outer) => new Map([...outer, ...flags])))
  )
