/**
 * A finished span, as it is stored, exported and judged by samplers: OpenTelemetry's span in plain data.
 *
 * Ids are lower-case hex: 32 digits for a trace, 16 for a span. Times are nanoseconds since the Unix epoch.
 */

export type AttributeValue = string | number | boolean | bigint | ReadonlyArray<string | number | boolean>

export type Attributes = Readonly<Record<string, AttributeValue>>

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer"

/** `unset` is a span that ended without an error and that nobody called `ok`. */
export interface SpanStatus {
  readonly code: "unset" | "ok" | "error"
  readonly message?: string
}

export interface SpanEvent {
  readonly name: string
  readonly time: bigint
  readonly attributes: Attributes
}

/** A relation that is not parenthood: the other contributors of a window, the creation context of a message. */
export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string | undefined
  readonly attributes: Attributes
}

export interface SpanData {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  /** W3C trace flags; bit 0 is `sampled`. */
  readonly flags: number
  readonly name: string
  readonly kind: SpanKind
  readonly startTime: bigint
  readonly endTime: bigint
  readonly status: SpanStatus
  readonly attributes: Attributes
  readonly events: ReadonlyArray<SpanEvent>
  readonly links: ReadonlyArray<SpanLink>
}
