/** Reading what a command is given: durations, times, files. What cannot be read is an {@link InputError}. */
import { Effect, FileSystem, Option, Result } from "effect"
import { defaultRegistry } from "../domain/observation/defaultSensors.ts"
import { decodeRegistry } from "../domain/observation/SensorRegistry.ts"
import { decodeCatalogue } from "../domain/orbit/Catalogue.ts"
import { InputError } from "./InputError.ts"

export { parseDuration } from "../domain/duration.ts"

/** The value, or the failure that says what was expected. */
export const required = <A>(value: A | undefined, message: string): Effect.Effect<A, InputError> =>
  value === undefined ? Effect.fail(new InputError({ message })) : Effect.succeed(value)

/** The success, or the failure's own message as bad input. */
export const orInputError = <A>(
  result: Result.Result<A, { readonly message: string }>
): Effect.Effect<A, InputError> =>
  Effect.fromResult(Result.mapError(result, ({ message }) => new InputError({ message })))

const readText = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.mapError(({ message }) => new InputError({ message: `${file}: ${message}` }))
  )

/** The sensor registry of a file, or without one the network that ships. */
export const readRegistry = Effect.fnUntraced(function*(file: Option.Option<string>) {
  return Option.isNone(file)
    ? defaultRegistry()
    : yield* orInputError(decodeRegistry(yield* readText(file.value), file.value))
})

/** The catalogue of a file. */
export const readCatalogueFile = Effect.fnUntraced(function*(file: string) {
  return yield* orInputError(decodeCatalogue(yield* readText(file), file))
})
