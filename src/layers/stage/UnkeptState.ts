/**
 * Whoever runs a stage whose state is lost with the process says so by providing this: it is among the services of such a stage, so that the
 * compiler tells a pipeline that survives a restart from one that does not.
 */
import { Context, Layer } from "effect"

export class UnkeptState extends Context.Service<UnkeptState, { readonly accepted: true }>()(
  "perigee/layers/stage/UnkeptState"
) {
  /** For tests, trials, and pipelines that may begin anew. */
  static readonly layerAccepted = Layer.succeed(UnkeptState, { accepted: true })
}
