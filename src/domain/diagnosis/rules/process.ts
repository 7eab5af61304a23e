/** The process and what it stands on: event loop, memory, pauses, the log, canaries. */
import type { Finding, Rule } from "../Finding.ts"
import { lastValues, meanOf, pauseIn, seriesOf, sinceWhen } from "../readHistory.ts"

const eventLoop: Rule = ({ history }) => {
  const series = seriesOf(history, "nodejs_eventloop_utilization_ratio")[0]
  if (history === undefined || series === undefined) return []
  const values = lastValues(history, series, 20)
  const mean = meanOf(values) ?? 0
  return values.length < 10 || mean < 0.95 ? [] : [{
    cause: "busy-process",
    where: "process",
    confidence: 0.7,
    because: `its event loop is at work ${(100 * mean).toFixed(0)} % of the time`,
    since: sinceWhen(history, series, (value) => value > 0.9),
    explains: ["late-data", "canaries-lost"]
  }]
}

/** Twice as much after its collections as a minute before, and over 1 GiB. */
const memory: Rule = ({ history }) => {
  const series = seriesOf(history, "nodejs_heap_used_bytes")[0]
  if (history === undefined || series === undefined) return []
  const values = lastValues(history, series, 120)
  const [before, now] = [values.slice(0, 30), values.slice(-30)].map((part) => Math.min(...part))
  return values.length < 60 || before === undefined || now === undefined || now < 2 ** 30 || now < 2 * before ? [] : [{
    cause: "memory",
    where: "process",
    confidence: 0.7,
    because: `the heap grew from ${(before / 2 ** 20).toFixed(0)} to ${
      (now / 2 ** 20).toFixed(0)
    } MiB within two minutes`,
    explains: ["busy-process", "canaries-lost"]
  }]
}

const leastPauseSeconds = 10
/** What compiles, restores and screens at the start holds the event loop up: that is no pause. */
const startSeconds = 30

/** Samples are a second apart: where some are missing, the process did nothing, or its clock was set. */
const paused: Rule = ({ history, status }) => {
  const pause = history === undefined ? undefined : pauseIn(history, 120, leastPauseSeconds)
  if (pause === undefined) return []
  const isStart = status !== undefined && Date.parse(pause.from) - Date.parse(status.startedAt) < startSeconds * 1000
  return isStart ? [] : [{
    cause: "paused-process",
    where: "process",
    confidence: 0.9,
    because: `between two samples that are a second apart lie ${pause.seconds.toFixed(0)} s`,
    since: pause.from,
    explains: [
      "busy-process",
      "late-data",
      "packet-loss",
      "canaries-lost",
      "silent-sensor",
      "no-input",
      "own-clock",
      "overload"
    ]
  }]
}

const isFull = /ENOSPC|disk is full|no space|database or disk is full/i

const health: Rule = ({ status }) =>
  status?.health.checks.flatMap(({ name, reason, status }): ReadonlyArray<Finding> =>
    status === "ok"
      ? []
      : name === "log" && reason !== "has not answered yet"
      ? [{
        cause: isFull.test(reason) ? "disk-full" : "log-unwritable",
        where: "log",
        confidence: 0.9,
        because: `the check of the log fails: ${reason}`,
        explains: ["slow-disk", "slow-stage", "no-input", "silent-sensor", "canaries-lost", "overload", "stage-ended"]
      }]
      : name === "stages"
      ? [{
        cause: "stage-ended",
        where: "pipeline",
        confidence: 0.9,
        because: reason,
        explains: ["no-input", "silent-sensor", "canaries-lost"]
      }]
      : []
  ) ?? []

/** A symptom, never a conclusion by itself: who reads it looks further. */
const canaries: Rule = ({ status }) =>
  Object.entries(status?.canaries.bySource ?? {}).flatMap(([source, { emitted, missed }]): ReadonlyArray<Finding> =>
    emitted >= 3 && missed > 0.2 * emitted
      ? [{
        cause: "canaries-lost",
        where: `source ${source}`,
        confidence: 0.5,
        because: `${missed} of ${emitted} canaries of ${source} did not come through`
      }]
      : []
  )

export const processRules: ReadonlyArray<Rule> = [eventLoop, memory, paused, health, canaries]
