/**
 * What is noted of every sensor while its observations pass: how often it speaks, how late, what of it is given up or fits nothing, how its
 * measurements differ from the tracks. No part of any result; canaries are left out.
 *
 * State: some 15 kB a sensor that spoke or is registered. Called on the hot path: a few additions each.
 */
import type { DeadLetter } from "../../deadletter/DeadLetter.ts"
import type { Innovation } from "../../orbit/tracking/Innovation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Observation } from "../Observation.ts"
import type { Sensor } from "../sensors/Sensor.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import type { SightOf } from "./expectedSight.ts"
import { hintsOf, type Peers } from "./hints.ts"
import { slotMillis } from "./RecentSums.ts"
import { SensorNote } from "./SensorNote.ts"

/** Where the operators of the pipeline tell what they see. */
export interface SensorNotes {
  /** Its sensor time was found possible. */
  readonly timed: (observation: Observation) => void
  readonly decoded: (observation: Observation) => void
  /** Its values or its time cannot be true. */
  readonly refused: (observation: Observation, future: boolean) => void
  /** Tried on the catalogue. `objectId`: the one object that it can be of; `hintKnown`: the catalogue has the object that its track number names. */
  readonly matched: (observation: Observation, objectId: string | undefined, hintKnown: boolean) => void
  /** Tried on its object's track. */
  readonly met: (observation: Observation, innovation: Innovation) => void
  readonly gaveUp: (letter: DeadLetter) => void
  /** Tells how much there is to see; without it no silence is judged. */
  readonly expect: (sight: SightOf) => void
  /** Ten seconds are over: silence and hints are judged. */
  readonly closeSlot: () => void
  readonly all: () => ReadonlyArray<SensorNote>
  /** What each is compared with. */
  readonly peers: () => Peers
}

const peersOf = (notes: Iterable<SensorNote>, at: UtcTime): Peers => {
  const lags = Array.from(notes, (note) => note.recent(at).meanLagMillis).filter((lag) => lag !== undefined)
  return { medianLagMillis: lags.toSorted((a, b) => a - b)[lags.length >> 1] ?? 0 }
}

/** A sensor that nobody registered is not noted: its records are dead letters that say so. */
export const makeSensorNotes = ({ bySourceId }: SensorRegistry, now: () => UtcTime): SensorNotes => {
  const startedAt = now()
  const notes = new Map(Array.from(bySourceId, ([id, sensor]) => [id, new SensorNote(sensor, startedAt)] as const))
  let sight: SightOf | undefined
  const noteOf = ({ sourceId, sourceKind }: Observation): SensorNote | undefined =>
    sourceKind === "canary" ? undefined : notes.get(sourceId)
  const visibleAt = (sensor: Sensor, time: UtcTime) => sight?.(sensor, time)
  return {
    decoded: (observation) => noteOf(observation)?.decoded(observation, now()),
    timed: (observation) => noteOf(observation)?.timed(observation, now()),
    refused: (observation, future) => noteOf(observation)?.refused(observation, future, now()),
    matched: (observation, objectId, hintKnown) =>
      noteOf(observation)?.matched(observation, objectId, hintKnown, now()),
    met: (observation, innovation) => noteOf(observation)?.met(observation, innovation, now()),
    gaveUp: (letter) => {
      if (letter.sensorId !== undefined) notes.get(letter.sensorId)?.gaveUp(letter, now())
    },
    expect: (of) => {
      sight = of
    },
    closeSlot: () => {
      const at = now()
      const peers = peersOf(notes.values(), at)
      for (const note of notes.values()) {
        note.closeSlot(visibleAt(note.sensor, at - slotMillis / 2))
        note.hinted(new Set(hintsOf(note, at, peers).map(({ cause }) => cause)), at)
      }
    },
    all: () => Array.from(notes.values()),
    peers: () => peersOf(notes.values(), now())
  }
}
