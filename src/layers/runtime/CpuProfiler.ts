/** Records what the process's thread does. */
import { Context, Effect, Schema } from "effect"

export class ProfileError extends Schema.TaggedError<ProfileError>()("ProfileError", { message: Schema.String }) {}

/** By default nothing can be recorded. */
export class CpuProfiler extends Context.Reference<{
  /** The text of a `.cpuprofile` of so many milliseconds. Fails where one is being taken already. */
  readonly take: (millis: number) => Effect.Effect<string, ProfileError>
}>("perigee/layers/runtime/CpuProfiler", {
  defaultValue: () => ({ take: () => Effect.fail(new ProfileError({ message: "nothing can be recorded here" })) })
}) {}
