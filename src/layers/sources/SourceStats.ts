/** What each source has seen, in plain numbers: read by metrics, status and summaries. */
import { Context, Layer } from "effect"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** Counters of one source; the numbers only grow. What does not apply to a kind of source stays 0. */
export interface SourceCounters {
  /** Records handed on, malformed ones among them. */
  received: number
  /** Records or responses that cannot be what they should: a wrong length, half a frame, a body that is no page. */
  malformed: number
  /** Frames that never came, by the sender's sequence numbers (`source_gap_total`). */
  gaps: number
  /** Records that the source itself threw away because its queue was full. */
  dropped: number
  /** Calls to a pulled source that failed. */
  failures: number
  /** Connections of who had one before, or calls that worked again after failing. */
  reconnects: number
  /** Datagrams that the kernel dropped at the socket (`source_kernel_drops_total`); `undefined` where it does not say. */
  kernelDrops: number | undefined
  /** The circuit in front of a pulled source. */
  circuit: "Closed" | "Open" | "HalfOpen" | undefined
  /** Why a pulled source refuses its requests, while it does: until somebody changes something. */
  refusal: string | undefined
  /** Records of a file that an earlier run has read: passed over. */
  readBefore: number
  /** When the newest record was received. */
  lastSeen: UtcTime | undefined
}

/** The counters of a source that begins. */
export const noneYet = (): SourceCounters => ({
  received: 0,
  malformed: 0,
  gaps: 0,
  dropped: 0,
  failures: 0,
  reconnects: 0,
  kernelDrops: undefined,
  circuit: undefined,
  refusal: undefined,
  readBefore: 0,
  lastSeen: undefined
})

export class SourceStats extends Context.Service<SourceStats, {
  /** The counters of a source, made at the first call. The source writes them; others only read. */
  readonly counters: (source: string) => SourceCounters
  readonly all: () => ReadonlyMap<string, Readonly<SourceCounters>>
}>()("perigee/layers/sources/SourceStats") {
  static readonly layer = Layer.sync(SourceStats, () => {
    const sources = new Map<string, SourceCounters>()
    return SourceStats.of({
      counters: (source) => {
        const known = sources.get(source)
        if (known !== undefined) return known
        const made = noneYet()
        sources.set(source, made)
        return made
      },
      all: () => sources
    })
  })
}
