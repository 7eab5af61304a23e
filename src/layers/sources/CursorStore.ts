/** Where a pulled source keeps how far it has read, so that a restart goes on from there. */
import { Context, Effect, Layer, Schema } from "effect"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

export class CursorError extends Schema.TaggedError<CursorError>()("CursorError", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export class CursorStore extends Context.Service<CursorStore, {
  /** The event time last saved under this name; `undefined` when there is none. */
  load(source: string): Effect.Effect<UtcTime | undefined, CursorError>
  /** Replaces it, atomically: after a crash either the old or the new one is read. Kept to the microsecond. */
  save(source: string, since: UtcTime): Effect.Effect<void, CursorError>
}>()("perigee/layers/sources/CursorStore") {
  /** Forgets at the end of the process. */
  static readonly layerMemory = Layer.sync(CursorStore, () => {
    const cursors = new Map<string, UtcTime>()
    return CursorStore.of({
      load: (source) => Effect.sync(() => cursors.get(source)),
      save: (source, since) => Effect.sync(() => void cursors.set(source, since))
    })
  })
}
