/** What the thread does for some seconds, by the V8 inspector: the text of a `.cpuprofile`. One at a time. */
import { Clock, Effect, Layer } from "effect"
import { Session } from "node:inspector/promises"
import { CpuProfiler, ProfileError } from "./CpuProfiler.ts"

const failed = (cause: unknown) => new ProfileError({ message: cause instanceof Error ? cause.message : String(cause) })

let isRunning = false

const cpuProfile = (millis: number): Effect.Effect<string, ProfileError> =>
  Effect.acquireUseRelease(
    Effect.suspend(() => {
      if (isRunning) return Effect.fail(new ProfileError({ message: "a profile is being taken already" }))
      isRunning = true
      const session = new Session()
      session.connect()
      return Effect.succeed(session)
    }),
    (session) =>
      Effect.gen(function*() {
        yield* Effect.tryPromise({ try: () => session.post("Profiler.enable"), catch: failed })
        yield* Effect.tryPromise({ try: () => session.post("Profiler.start"), catch: failed })
        yield* Effect.sleep(millis)
        const { profile } = yield* Effect.tryPromise({ try: () => session.post("Profiler.stop"), catch: failed })
        return JSON.stringify(profile)
      }),
    (session) =>
      Effect.sync(() => {
        session.disconnect()
        isRunning = false
      })
  )

/** By the clock around this Layer. */
export const layerInspectorProfiler = Layer.effect(
  CpuProfiler,
  Effect.map(Clock.Clock, (clock) => ({
    take: (millis: number) => Effect.provideService(cpuProfile(millis), Clock.Clock, clock)
  }))
)
