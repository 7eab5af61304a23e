/** Runs of one file of observations on one data directory, ended again and again before they are done; and what is then in the log. */
import { Effect, Stream } from "effect"
import { join } from "node:path"
import { alertsTopic } from "../../src/layers/alerts/AlertStore.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { readPages } from "../../src/layers/log/readPages.ts"
import { type Outcome, perigee, startPerigee } from "./perigee.ts"

const text = new TextDecoder()

export interface Input {
  readonly observations: string
  readonly catalogue: string
}

/** A scenario as files in `directory`. */
export const simulated = async (directory: string, length: string): Promise<Input> => {
  const [observations, catalogue] = [join(directory, "observations.jsonl"), join(directory, "catalogue.3le")]
  const { code, stderr } = await perigee(
    ["simulate", "--start", "2026-01-01T00:00:00Z", "--for", length, "--seed", "7"].concat(
      ["--out", observations, "--write-catalogue", catalogue]
    ),
    directory
  )
  if (code !== 0) throw new Error(stderr)
  return { observations, catalogue }
}

const argumentsOf = (
  { catalogue, observations }: Input,
  data: string
): ReadonlyArray<string> => ["run", "--input", observations, "--catalogue", catalogue, "--data-dir", data, "--json"]

export const runToEnd = (input: Input, data: string, cwd: string): Promise<Outcome> =>
  perigee(argumentsOf(input, data), cwd)

/** Starts a run, and sends it a signal so many ms after it began to work. Gives its exit code, `null` where the signal ended it. */
export const runUntil = async (
  input: Input,
  data: string,
  cwd: string,
  signal: NodeJS.Signals,
  millis: number
): Promise<Outcome> => {
  const run = startPerigee(argumentsOf(input, data), cwd)
  const timer = setTimeout(() => run.signal(signal), millis)
  const outcome = await run.done
  clearTimeout(timer)
  return outcome
}

export interface Version {
  readonly alertId: string
  readonly sequence: number
  readonly content: string
}

/** All versions on the topic `alerts`, in order; `content`: without sequence and time of emission. */
export const versionsIn = (directory: string): Promise<ReadonlyArray<Version>> =>
  Effect.gen(function*() {
    const log = yield* MessageLog
    const records = yield* Stream.runCollect(readPages(log, alertsTopic))
    return records.map(({ value }): Version => {
      const { emittedAt: _, sequence, ...content } = JSON.parse(text.decode(value))
      return { alertId: content.alertId, sequence, content: JSON.stringify(content) }
    })
  }).pipe(Effect.provide(EmbeddedLog.layer({ directory })), Effect.runPromise)

/** The last version of each alert, in order of id; one that only speculation raised counts as absent. */
export const lastVersions = (versions: ReadonlyArray<Version>): ReadonlyArray<string> => {
  const last = new Map<string, Version>()
  for (const version of versions) {
    const before = last.get(version.alertId)
    if (before === undefined || before.sequence < version.sequence) last.set(version.alertId, version)
  }
  return Array.from(last.values(), ({ content }) => content)
    .filter((content) => JSON.parse(content).level !== "withdrawn")
    .toSorted()
}

/** Versions that are there more than once. */
export const repeated = (versions: ReadonlyArray<Version>): ReadonlyArray<string> => {
  const seen = new Set<string>()
  return versions.flatMap(({ alertId, sequence }) => {
    const key = `${alertId}/${sequence}`
    if (seen.has(key)) return [key]
    seen.add(key)
    return []
  })
}
