/**
 * The kinds of sensors that fusion knows, and what differs between them: the one place where they are listed.
 *
 * For a new kind: a line here, a reader of its records with its line in `readers/readers.ts`, a source in `layers/sources`, and the world that makes it
 * (`commands/run/world.ts`). Its lateness is a setting by itself; nothing falls back to that of another kind.
 */

/** Times in ms. `why...`: the reasons that the settings' page gives. */
interface SourceKindDefinition {
  /** How such a sensor is called, and what it gives, in the words of a sentence. */
  readonly sensor: string
  readonly observation: string
  /** How much older than the newest event of its sensor an observation may be. */
  readonly latenessMillis: number
  readonly whyLateness: string
  /** After so long without one it no longer holds time back: leaves room for a few samples at its usual rate beyond its lateness. */
  readonly idleMillis: number
  readonly whyIdle: string
  /** Whether it stands at a site on the ground. */
  readonly hasSite: boolean
  /** The number that stands for it in its records, if there is one, and whether it must have it. */
  readonly number?: { readonly name: "arrayId" | "satelliteId"; readonly required: boolean }
}

export const sourceKinds = {
  radar: {
    sensor: "a radar",
    observation: "a radar observation",
    latenessMillis: 100,
    whyLateness: "Datagrams are pushed at once; only the network reorders them.",
    idleMillis: 2000,
    whyIdle: "Its lateness and many samples at 100 Hz.",
    hasSite: true,
    number: { name: "arrayId", required: false }
  },
  optical: {
    sensor: "a telescope",
    observation: "an optical observation",
    latenessMillis: 30_000,
    whyLateness: "Plates are reduced before they are published, and the archive is polled.",
    idleMillis: 30_000,
    whyIdle: "As long as its lateness: telescopes are silent for hours.",
    hasSite: true
  },
  isl: {
    sensor: "an inter-satellite link",
    observation: "an inter-satellite link's beacon",
    latenessMillis: 10_000,
    whyLateness: "A link is lost and found again within seconds, and what it kept comes then.",
    idleMillis: 10_000,
    whyIdle: "Ten beacons at 1 Hz.",
    hasSite: false,
    number: { name: "satelliteId", required: true }
  }
} as const satisfies Readonly<Record<string, SourceKindDefinition>>

export type SensorKind = keyof typeof sourceKinds

export const isSensorKind = (kind: string): kind is SensorKind => Object.hasOwn(sourceKinds, kind)

export const sensorKinds: ReadonlyArray<SensorKind> = Object.keys(sourceKinds).filter(isSensorKind)

export const definitionOf = (kind: SensorKind): SourceKindDefinition => sourceKinds[kind]
