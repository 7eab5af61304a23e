/** The sensors of a run and its feeds, as `/v1/sources` gives them. */
import type { FeedView, SensorView, SourcesAnswer } from "../../domain/api/sources.ts"
import type { SensorNotes } from "../../domain/observation/sensorHealth/SensorNotes.ts"
import { sensorView } from "../../domain/observation/sensorHealth/sensorView.ts"
import { format } from "../../domain/time/UtcTime.ts"
import type { SourceCounters } from "../../layers/sources/SourceStats.ts"
import type { Progress } from "./Progress.ts"

const feedView = (feed: string, counters: Readonly<SourceCounters>): FeedView => {
  const { circuit, kernelDrops, lastSeen, refusal, ...counts } = counters
  return {
    feed,
    ...counts,
    kernelDrops: kernelDrops ?? null,
    circuit: circuit ?? null,
    refusal: refusal ?? null,
    lastSeen: lastSeen === undefined ? null : format(lastSeen)
  }
}

export const sensorViewsOf = (
  notes: SensorNotes | undefined,
  { now, tally }: Progress
): ReadonlyArray<SensorView> => {
  if (notes === undefined) return []
  const peers = notes.peers()
  return notes.all().map((note) =>
    sensorView(note, now, peers, tally.bySensor.get(note.sensor.sourceId)?.pipelineLagMillis)
  )
}

export const sourcesAnswer = (notes: SensorNotes | undefined, progress: Progress): SourcesAnswer => ({
  at: format(progress.now),
  sensors: sensorViewsOf(notes, progress),
  feeds: Array.from(progress.sources, ([feed, counters]) => feedView(feed, counters))
})
