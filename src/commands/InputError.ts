/** Input or usage that a person has to put right: the process ends with exit code 2. */
import { Runtime, Schema } from "effect"

export class InputError extends Schema.TaggedError<InputError>()("InputError", {
  /** What is wrong: for a file `file:line: reason`, one line a problem. */
  message: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 2
}
