/** Settings of the data directory and the message log. */
import { setting } from "./Setting.ts"
import { choice, number, text } from "./settingKinds.ts"

export const logSettings = {
  dataDirectory: setting({
    name: "PERIGEE_DATA_DIR",
    flag: "data-dir",
    kind: text("a folder"),
    fallback: ".perigee",
    what: "Where the embedded log and the stores keep their files; one process at a time.",
    why: "A folder in the working directory needs no rights and is easy to find and to delete."
  }),
  log: setting({
    name: "PERIGEE_LOG",
    flag: "log",
    kind: choice("embedded", "kafka", "memory"),
    fallback: "embedded",
    what: "The message log: `embedded` in the data directory, `kafka`, or `memory`, which is lost at the end.",
    why: "Durable without another service to run."
  }),
  logSynchronous: setting({
    name: "PERIGEE_LOG_SYNCHRONOUS",
    kind: choice("NORMAL", "FULL"),
    fallback: "NORMAL",
    what: "Whether the embedded log waits for the disk: `FULL` at every group of appends, `NORMAL` at checkpoints.",
    why:
      "A killed process loses nothing with either; only a power failure may cost the last transactions with `NORMAL`."
  }),
  observationPartitions: setting({
    name: "PERIGEE_OBSERVATION_PARTITIONS",
    kind: number({ unit: "partitions", minimum: 1, maximum: 10_000, whole: true }),
    fallback: 1,
    what: "Partitions of the topic `observations` when it is created; an existing topic keeps its own.",
    why:
      "Fusion runs as one member on one partition until its tasks move with their state; several would give wrong alerts. More than 1 is refused"
      + " on Kafka, as is a second member."
  })
}
