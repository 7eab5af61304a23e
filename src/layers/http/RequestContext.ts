/** The trace context of the HTTP request being answered: what a handler injects into the requests that it makes in turn. */
import { Context } from "effect"
import type { PropagatedContext } from "../../domain/tracing/propagation.ts"

/** `undefined` outside of a request. `spanId` is the request's own span. */
export class RequestContext extends Context.Reference<PropagatedContext | undefined>(
  "perigee/layers/http/RequestContext",
  { defaultValue: () => undefined }
) {}
