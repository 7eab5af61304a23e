/** A trace that waits, as policies see it: what was noted while it came, and its spans decoded only if a policy asks for them. */
import type { Randomness } from "../../domain/sampling/head/threshold.ts"
import { summarize, type TraceSummary } from "../../domain/sampling/tail/TraceSummary.ts"
import type { SpanData } from "../../domain/tracing/SpanData.ts"

export class BufferedTrace implements TraceSummary {
  readonly traceId: string
  readonly randomness: Randomness
  readonly durationMillis: number
  readonly bytes: number
  /** Which conditions some span fulfils, a bit each. */
  readonly matched: number
  readonly spanCount: number
  readonly #decode: () => ReadonlyArray<SpanData>
  #summary: TraceSummary | undefined

  constructor(
    known: Pick<TraceSummary, "traceId" | "randomness" | "durationMillis" | "bytes"> & {
      readonly matched: number
      readonly spanCount: number
    },
    decode: () => ReadonlyArray<SpanData>
  ) {
    this.traceId = known.traceId
    this.randomness = known.randomness
    this.durationMillis = known.durationMillis
    this.bytes = known.bytes
    this.matched = known.matched
    this.spanCount = known.spanCount
    this.#decode = decode
  }

  get spans(): ReadonlyArray<SpanData> {
    return this.#whole.spans
  }

  get root(): SpanData {
    return this.#whole.root
  }

  get service(): string {
    return this.#whole.service
  }

  get #whole(): TraceSummary {
    const summary = this.#summary ?? summarize(this.#decode())
    if (summary === undefined) throw new Error(`trace ${this.traceId} was judged without its spans`)
    this.#summary = summary
    return summary
  }
}
