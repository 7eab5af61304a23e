/** Whether a trace is still being collected, for whoever asks why it is not there. The default knows of none. */
import { Context } from "effect"

export class UndecidedTraces extends Context.Reference<{
  readonly has: (traceId: string) => boolean
}>("perigee/layers/traces/UndecidedTraces", { defaultValue: () => ({ has: () => false }) }) {}
