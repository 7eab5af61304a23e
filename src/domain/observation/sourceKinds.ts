/**
 * The kinds of sensors that fusion knows, and what differs between them: the one place where they are listed.
 *
 * For a new kind: a line here (two where it is pushed), a reader of its records with its line in `readers/readers.ts`, a source in `layers/sources`, and the
 * world that makes it (`commands/run/world.ts`): docs/extending/source.md goes through them. Its lateness, and the address that it is pushed to, are
 * settings by themselves; nothing falls back to those of another kind.
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

/** Where the records of a kind are pushed to. A kind that is polled, or read from elsewhere, has no line here. */
interface PushedDefinition {
  /** What comes in, and over which transport, in the words of a sentence. */
  readonly sent: string
  readonly transport: "UDP" | "TCP"
  /** Listened at unless a setting says otherwise (`PERIGEE_<KIND>_HOST`, `PERIGEE_<KIND>_PORT`). */
  readonly port: number
  readonly whyPort: string
}

export const pushedKinds = {
  radar: {
    sent: "the radars' datagrams",
    transport: "UDP",
    port: 7001,
    whyPort: "Any fixed number does; the inter-satellite links have the next."
  },
  isl: {
    sent: "the inter-satellite links' connections",
    transport: "TCP",
    port: 7002,
    whyPort: "Next to the radars'."
  }
} as const satisfies Readonly<Partial<Record<SensorKind, PushedDefinition>>>

export type SensorKind = keyof typeof sourceKinds

export type PushedKind = keyof typeof pushedKinds

export const isSensorKind = (kind: string): kind is SensorKind => Object.hasOwn(sourceKinds, kind)

export const sensorKinds: ReadonlyArray<SensorKind> = Object.keys(sourceKinds).filter(isSensorKind)

export const definitionOf = (kind: SensorKind): SourceKindDefinition => sourceKinds[kind]
