/** What spans and metrics of this process say of it: OpenTelemetry's resource, one for all that is exported. */
import { Context } from "effect"
import type { Attributes } from "../../domain/tracing/SpanData.ts"

export class ProcessResource extends Context.Service<ProcessResource, {
  readonly attributes: Attributes
}>()("perigee/layers/observability/ProcessResource") {}
