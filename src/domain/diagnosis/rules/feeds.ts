/** Feeds: sockets and polled archives, by what only they count. A feed that cannot be reached explains that its sensors say nothing. */
import type { Evidence } from "../Evidence.ts"
import type { Finding, Rule } from "../Finding.ts"
import { lastValues, meanOf, seriesOf, sinceWhen } from "../readHistory.ts"

const recently = 60

const recentRate = ({ history }: Evidence, name: string, source: string): number | undefined => {
  const series = seriesOf(history, name, { source })[0]
  return history === undefined || series === undefined ? undefined : meanOf(lastValues(history, series, recently))
}

const down: Rule = (evidence) =>
  evidence.sources?.feeds.flatMap(({ circuit, feed, refusal }): ReadonlyArray<Finding> => {
    const failing = recentRate(evidence, "source_failures_total", feed) ?? 0
    const receiving = recentRate(evidence, "source_received_total", feed) ?? 0
    const isOpen = circuit === "Open" || circuit === "HalfOpen"
    // Some calls that fail among those that work are retried, and harm nobody.
    if (!isOpen && refusal === null && !(failing > 0.05 && receiving === 0)) return []
    const series = seriesOf(evidence.history, "source_failures_total", { source: feed })[0]
    return [{
      cause: "feed-down",
      where: `source ${feed}`,
      confidence: isOpen || refusal !== null ? 0.95 : 0.8,
      because: refusal !== null
        ? `source ${feed} refuses: ${refusal}`
        : isOpen
        ? `the circuit of source ${feed} is ${circuit}: calls to it fail`
        : `calls to source ${feed} fail and it gave nothing in ${recently} s`,
      since: sinceWhen(evidence.history, series, (value) => value > 0, recently),
      explains: ["silent-sensor", "sparse-sensor", "late-data", "canaries-lost"]
    }]
  }) ?? []

const loss: Rule = (evidence) =>
  evidence.sources?.feeds.flatMap(({ feed }): ReadonlyArray<Finding> => {
    const lost = recentRate(evidence, "source_gap_total", feed) ?? 0
    const kernel = recentRate(evidence, "source_kernel_drops_total", feed) ?? 0
    const received = recentRate(evidence, "source_received_total", feed) ?? 0
    const share = (lost + kernel) / Math.max(1, lost + received)
    return share < 0.01 ? [] : [{
      cause: "packet-loss",
      where: `source ${feed}`,
      confidence: 0.8,
      because: `${(100 * share).toFixed(1)} % of the records of source ${feed} are missing by their sequence`
        + (kernel > 0 ? "; the socket's buffer overflows" : ""),
      since: sinceWhen(evidence.history, seriesOf(evidence.history, "source_gap_total", { source: feed })[0], (value) =>
        value > 0),
      explains: ["sparse-sensor", "canaries-lost"]
    }]
  }) ?? []

export const feedRules: ReadonlyArray<Rule> = [down, loss]
