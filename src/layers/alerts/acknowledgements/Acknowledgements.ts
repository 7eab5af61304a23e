/**
 * Who has seen which alert: kept for good, and readable beside a run.
 *
 * **Durability.** `add` returns when it is durable. Nothing is taken back or replaced: all that were made of an alert stand in the order in which they
 * were made. **Writers.** Any number of processes at once: who acknowledges is not who runs the pipeline.
 */
import { Context, Effect, Layer, Schema } from "effect"
import type { Acknowledgement } from "../../../domain/alert/Acknowledgement.ts"

export class AcknowledgementError extends Schema.TaggedError<AcknowledgementError>()("AcknowledgementError", {
  /** `Unavailable`: cannot be opened, read or written now. `Invalid`: nowhere to keep it, or what is there is of another version. */
  reason: Schema.Literals(["Unavailable", "Invalid"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export class Acknowledgements extends Context.Service<Acknowledgements, {
  add(acknowledgement: Acknowledgement): Effect.Effect<void, AcknowledgementError>
  /** Of every alert, by its id, each in the order in which they were made. */
  readonly all: Effect.Effect<ReadonlyMap<string, ReadonlyArray<Acknowledgement>>, AcknowledgementError>
}>()("perigee/layers/alerts/Acknowledgements") {
  /** Lost with the Layer. */
  static readonly layerMemory: Layer.Layer<Acknowledgements> = Layer.effect(
    Acknowledgements,
    Effect.sync(() => {
      const made: Array<Acknowledgement> = []
      return Acknowledgements.of({
        add: (acknowledgement) => Effect.sync(() => void made.push(acknowledgement)),
        all: Effect.sync(() => Map.groupBy(made, ({ alertId }) => alertId))
      })
    })
  )
}
