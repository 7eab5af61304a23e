/**
 * Where a command writes what it was asked for: a file, or what behaves like one.
 *
 * `-` is the standard output, as is `/dev/stdout`: opened by its name it would be truncated where it is a file, and have a position of its own.
 * A pipe or a device has no position, so what is there and is no file is only added to.
 */
import { Effect, FileSystem, type PlatformError, Sink, Stdio } from "effect"

/** True for what does not stand in a file of its own, but in the stream of what else is printed. */
export const isStandardOutput = (path: string): boolean => path === "-" || path === "/dev/stdout"

/** A file is made or replaced. */
export const outputSink = (
  path: string
): Sink.Sink<void, string | Uint8Array, never, PlatformError.PlatformError, FileSystem.FileSystem | Stdio.Stdio> =>
  Sink.unwrap(Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    if (isStandardOutput(path)) return stdio.stdout()
    if (path === "/dev/stderr") return stdio.stderr()
    const fs = yield* FileSystem.FileSystem
    const found = yield* Effect.option(fs.stat(path))
    const flag = found._tag === "Some" && found.value.type !== "File" ? "a" : "w"
    return Sink.mapInput(
      fs.sink(path, { flag }),
      (part: string | Uint8Array) => typeof part === "string" ? utf8.encode(part) : part
    )
  }))

const utf8 = new TextEncoder()
