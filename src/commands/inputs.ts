/** Reading what a command is given: durations, times, files. What cannot be read is an {@link InputError}. */
import { Clock, Effect, FileSystem, Option, Result } from "effect"
import { defaultRegistry } from "../domain/observation/sensors/defaultSensors.ts"
import { decodeRegistry } from "../domain/observation/sensors/SensorRegistry.ts"
import { decodeCatalogue } from "../domain/orbit/catalogue/Catalogue.ts"
import { lookOf } from "../domain/text/lookOf.ts"
import { parseDuration } from "../domain/time/duration.ts"
import { parse } from "../domain/time/UtcTime.ts"
import { gunzip, isGzip } from "../layers/sources/gzip.ts"
import { InputError } from "./InputError.ts"

export { parseDuration }

/** The value, or the failure that says what was expected. */
export const required = <A>(value: A | undefined, message: string): Effect.Effect<A, InputError> =>
  value === undefined ? Effect.fail(new InputError({ message })) : Effect.succeed(value)

/** The success, or the failure's own message as bad input. */
export const orInputError = <A>(
  result: Result.Result<A, { readonly message: string }>
): Effect.Effect<A, InputError> =>
  Effect.fromResult(Result.mapError(result, ({ message }) => new InputError({ message })))

/** A time, or how long ago; `undefined` where none is given. */
export const timeOf = Effect.fnUntraced(function*(flag: string, given: Option.Option<string>) {
  if (Option.isNone(given)) return undefined
  const ago = parseDuration(given.value)
  const time = ago === undefined ? parse(given.value) : (yield* Clock.currentTimeMillis) - ago
  return time ?? (yield* new InputError({
    message: `--${flag} ${given.value}: expected an RFC 3339 time, or how long ago, such as 2h`
  }))
})

/** The text of a file, unpacked if it is gzip, without a byte order mark. */
export const readText = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const unreadable = (cause: unknown) =>
    new InputError({ message: `${file}: ${cause instanceof Error ? cause.message : String(cause)}` })
  const bytes = yield* Effect.mapError(fs.readFile(file), unreadable)
  const whole = isGzip(bytes) ? yield* Effect.try({ try: () => gunzip(bytes), catch: unreadable }) : bytes
  return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString("utf8").replace(/^\uFEFF/, "")
})

/** The sensor registry of a file, or without one the network that ships. */
export const readRegistry = Effect.fnUntraced(function*(file: Option.Option<string>) {
  return Option.isNone(file)
    ? defaultRegistry()
    : yield* orInputError(decodeRegistry(yield* readText(file.value), file.value))
})

/** The catalogue of a file. One that holds observations was meant to be the input. */
export const readCatalogueFile = Effect.fnUntraced(function*(file: string) {
  const text = yield* readText(file)
  const look = lookOf(text)
  return yield* Effect.mapError(
    orInputError(decodeCatalogue(text, file)),
    (error) =>
      look === "observations" || look === "tdm"
        ? new InputError({ message: `${error.message}: are --input and --catalogue swapped?` })
        : error
  )
})
