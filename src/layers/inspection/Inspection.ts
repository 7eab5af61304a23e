/** A run as it answers for itself: `/v1/status` and `/v1/sources`. Before there is a run, and after it, nobody answers. */
import { Context, Effect, Layer, type Scope } from "effect"
import type { SourcesAnswer } from "../../domain/api/sources.ts"
import type { StatusAnswer } from "../../domain/api/status.ts"

/** Each looks at what is known, and waits for nothing. */
export interface Answers {
  readonly status: () => StatusAnswer
  readonly sources: () => SourcesAnswer
}

export class Inspection extends Context.Reference<{
  /** Answers until the scope closes. */
  readonly answerWith: (answers: Answers) => Effect.Effect<void, never, Scope.Scope>
  readonly answers: () => Answers | undefined
}>("perigee/layers/inspection/Inspection", {
  defaultValue: () => ({ answerWith: () => Effect.void, answers: () => undefined })
}) {
  static readonly layer = Layer.sync(Inspection, () => {
    let current: Answers | undefined
    return {
      answerWith: (answers: Answers) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            current = answers
          }),
          () =>
            Effect.sync(() => {
              current = undefined
            })
        ),
      answers: () => current
    }
  })
}
