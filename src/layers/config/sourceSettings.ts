/** Settings of what is observed and by whom: catalogue, sensors, simulator, sockets. */
import { Record } from "effect"
import { pushedKinds } from "../../domain/observation/sourceKinds.ts"
import { defaultTruthModel } from "../../domain/simulation/scenario.ts"
import { truthModels } from "../../domain/simulation/truth/truth.ts"
import { optionalSetting, setting } from "./Setting.ts"
import { bytes, choice, duration, faults, number, onOff, port, text, url } from "./settingKinds.ts"

/** Of each kind of sensor whose records are pushed: where they are taken, simulator off. */
export const listenTable = Record.map(pushedKinds, ({ port: fallback, sent, transport, whyPort }, kind) => ({
  host: setting({
    name: `PERIGEE_${kind.toUpperCase()}_HOST`,
    kind: text("a host"),
    fallback: "127.0.0.1",
    what: `The address that takes ${sent}, simulator off.`,
    why: "Nothing is open to the network unless asked for."
  }),
  port: setting({
    name: `PERIGEE_${kind.toUpperCase()}_PORT`,
    kind: port,
    fallback,
    what: `The ${transport} port of ${sent}, simulator off; 0: a free one, printed at start.`,
    why: whyPort
  })
}))

export const sourceSettings = {
  catalogue: optionalSetting({
    name: "PERIGEE_CATALOGUE",
    flag: "catalogue",
    kind: text("a file"),
    what: "The catalogued objects: TLE, 3LE or OMM.",
    why: "Without one the simulator flies some hundreds of synthetic objects."
  }),
  sensors: optionalSetting({
    name: "PERIGEE_SENSORS",
    flag: "sensors",
    kind: text("a file"),
    what: "The sensor registry, JSON.",
    why: "Without one the network that ships: six radars, six telescopes, four inter-satellite links."
  }),
  assets: optionalSetting({
    name: "PERIGEE_ASSETS",
    flag: "assets",
    kind: text("a file"),
    what:
      "The protected objects, an id a line or a JSON array: only their conjunctions raise alerts, the others go to the topic `conjunctions`.",
    why: "Without one every pair raises alerts, which the start says."
  }),
  hardBodies: optionalSetting({
    name: "PERIGEE_HARD_BODIES",
    flag: "hard-bodies",
    kind: text("a file"),
    what: "Sizes and shapes of objects, JSON (docs/risk.md).",
    why: "Without one each is a sphere of 5 m."
  }),
  simulator: setting({
    name: "PERIGEE_SIMULATOR",
    flag: "simulator",
    kind: onOff,
    fallback: true,
    what: "Whether the simulator drives the sockets; off: they wait for real sensors.",
    why: "The program shows something at once."
  }),
  seed: optionalSetting({
    name: "PERIGEE_SEED",
    flag: "seed",
    kind: number({ unit: "number", minimum: 0, maximum: 0xffff_ffff, whole: true }),
    what: "Fixes every byte that the simulator sends, and its start.",
    why: "Without one a run starts now and differs from the last."
  }),
  speed: setting({
    name: "PERIGEE_SPEED",
    flag: "speed",
    kind: number({ unit: "times", minimum: 0, maximum: 1000, above: true }),
    fallback: 1,
    what: "How fast the simulator's time runs.",
    why: "As the sensors' own."
  }),
  faults: setting({
    name: "PERIGEE_FAULTS",
    flag: "faults",
    kind: faults,
    fallback: "",
    what: "Feed faults of the simulator.",
    why: "A feed without faults is what others are compared with."
  }),
  perturbation: setting({
    name: "PERIGEE_PERTURBATION",
    kind: number({ unit: "times", minimum: 0, maximum: 1000 }),
    fallback: 1,
    what: "Scale of the offsets of the simulator's true orbits from the catalogue; 0: none.",
    why: "As large as element sets are wrong, so that residuals are real."
  }),
  truthModel: setting({
    name: "PERIGEE_TRUTH_MODEL",
    kind: choice(...truthModels),
    fallback: defaultTruthModel,
    what:
      "By what the simulator's true orbits move: `sgp4`, or `numeric`, integrated in a field that is not the tracks' own from the state that the"
      + " element sets give at the start.",
    why: "As PERIGEE_TRACK_DYNAMICS: tracks by SGP4 lose what does not move by it."
  }),
  radarReceiveBuffer: setting({
    name: "PERIGEE_RADAR_RECEIVE_BUFFER",
    kind: bytes("1 GiB"),
    fallback: 4 << 20,
    what: "The socket's receive buffer that is asked of the kernel; what it grants is logged.",
    why: "A second of ten arrays at 500 Hz and more, while the process is busy."
  }),
  islMaximumConnections: setting({
    name: "PERIGEE_ISL_MAX_CONNECTIONS",
    kind: number({ unit: "connections", minimum: 1, maximum: 65_535, whole: true }),
    fallback: 1024,
    what:
      "Most connections of inter-satellite links at once; never more than half of the file descriptors that are free at start. Those over it"
      + " are refused, which the log tells.",
    why: "More links than any constellation has on one ground segment; health and metrics must stay reachable."
  }),
  islIdleTimeout: setting({
    name: "PERIGEE_ISL_IDLE_TIMEOUT",
    kind: duration("1d"),
    fallback: 300_000,
    what: "A connection that completes no beacon for so long is closed.",
    why: "Beacons come at 1 Hz; a satellite that is out of sight connects again."
  }),
  opticalUrl: optionalSetting({
    name: "PERIGEE_OPTICAL_URL",
    kind: url,
    secret: true,
    what:
      "The optical archive to poll, simulator off; without it none is. User and password in it are sent as `Authorization`; they and the query"
      + " are shown nowhere.",
    why: "There is no archive that everybody has."
  }),
  opticalPollInterval: setting({
    name: "PERIGEE_OPTICAL_POLL_INTERVAL",
    kind: duration("1d"),
    fallback: 1000,
    what: "Between the end of one poll of the archive and the next.",
    why: "Small beside the 30 s that optical records may be late, and a load any archive carries."
  })
}
