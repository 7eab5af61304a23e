/** Writing to where a flag says: a file, a pipe, or `-` for the standard output. */
import { Effect, Stream } from "effect"
import { isStandardOutput, outputSink } from "../layers/runtime/outputSink.ts"
import { InputError } from "./InputError.ts"

/** What cannot be written is told with its flag and path. */
export const notWritten = (flag: string, path: string) => ({ message }: { readonly message: string }): InputError =>
  new InputError({ message: `--${flag} ${path}: cannot be written: ${message}` })

export const writeOutput = (flag: string, path: string, content: string | Uint8Array) =>
  Effect.mapError(Stream.run(Stream.make(content), outputSink(path)), notWritten(flag, path))

/** Two things in one stream could not be told apart again. `printed`: the command prints something of its own too. */
export const oneStandardOutput = (
  outputs: ReadonlyArray<readonly [flag: string, path: string | undefined]>,
  printed: string | undefined
): Effect.Effect<void, InputError> => {
  const flags = outputs.flatMap(([flag, path]) => path !== undefined && isStandardOutput(path) ? [`--${flag}`] : [])
  const all = printed === undefined ? flags : [...flags, printed]
  return flags.length > 0 && all.length > 1
    ? Effect.fail(new InputError({ message: `${all.join(" and ")} cannot both be the standard output` }))
    : Effect.void
}
