/**
 * A real Apache Kafka: one broker in KRaft mode on free ports of loopback, its data in a folder of its own.
 *
 * {@link startKafka} starts one. Test files use {@link sharedKafka}: the first file that needs Kafka starts it, the others of the
 * run wait for it, and `kafkaGlobalSetup.ts` stops it when the run ends.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { kafkaJars, whyNoKafka } from "../../scripts/kafka/jars.ts"
import { accepts, freePort, startProcess, stopProcess, untilReady } from "./process.ts"

export interface KafkaBroker {
  readonly bootstrap: string
  readonly pid: number
  readonly directory: string
}

/** Short timeouts, so that a killed member or broker is noticed in a second or two; small buffers, so that it fits beside others. */
const properties = (directory: string, port: number, controller: number): string =>
  Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    "listeners": `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": join(directory, "data"),
    "auto.create.topics.enable": false,
    "offsets.topic.num.partitions": 3,
    "transaction.state.log.num.partitions": 3,
    "default.replication.factor": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "min.insync.replicas": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 500,
    "log.cleaner.dedupe.buffer.size": 4_194_304,
    "log.retention.check.interval.ms": 1000,
    "log.initial.task.delay.ms": 500
  }).map(([name, value]) => `${name}=${value}\n`).join("")

/** Formats the storage of `directory` (which must be empty) and starts a broker on it; gives it when it answers. */
export const startKafka = async (directory: string): Promise<KafkaBroker> => {
  const classPath = join(kafkaJars(), "*")
  const [port, controller] = [await freePort(), await freePort()]
  const config = join(directory, "server.properties")
  writeFileSync(config, properties(directory, port, controller))
  const java = [
    "-Xms128m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-cp",
    classPath
  ]
  const format = spawnSync(
    "java",
    [...java, "kafka.tools.StorageTool", "format", "-t", "UGVyaWdlZVRlc3RLYWZrYQ", "-c", config],
    { cwd: directory, encoding: "utf8" }
  )
  if (format.status !== 0) throw new Error(`Kafka's storage was not formatted: ${format.stdout}${format.stderr}`)
  const server = startProcess("java", [...java, "kafka.Kafka", config], {
    cwd: directory,
    logFile: join(directory, "kafka.log")
  })
  const started = () => readFileSync(server.logFile, "utf8").includes("Kafka Server started")
  await untilReady(server, async () => started() && await accepts(port))
  return { bootstrap: `127.0.0.1:${port}`, pid: server.pid, directory }
}

/** Kills the broker and deletes its folder: nothing of it is wanted again. */
export const stopKafka = async (broker: KafkaBroker): Promise<void> => {
  await stopProcess(broker.pid, "SIGKILL")
  rmSync(broker.directory, { recursive: true, force: true })
}

/** A new folder for a broker's data. */
export const kafkaDirectory = (): string => mkdtempSync(join(tmpdir(), "perigee-kafka-"))

/**
 * Why the Kafka tests are skipped, or `undefined`. On the machine of a person a missing Java is a reason to skip; where `CI` is
 * set it is an error, so that the tests cannot be lost without anyone noticing.
 */
export const skipReason = (): string | undefined => {
  const reason = whyNoKafka()
  if (reason !== undefined && process.env["CI"] !== undefined && process.env["CI"] !== "false") throw new Error(reason)
  // The reporter gives a number of skipped tests and no reason.
  if (reason !== undefined) console.warn(`Kafka tests are skipped: ${reason}`)
  return reason
}

const stateFile = (runDirectory: string): string => join(runDirectory, "kafka.json")

const readState = (runDirectory: string): KafkaBroker | { readonly failed: string } | undefined =>
  existsSync(stateFile(runDirectory)) ? JSON.parse(readFileSync(stateFile(runDirectory), "utf8")) : undefined

/** The one broker of this test run, started by whoever asks first. `runDirectory` is what `kafkaGlobalSetup.ts` provides. */
export const sharedKafka = async (runDirectory: string): Promise<KafkaBroker> => {
  const publish = (state: KafkaBroker | { readonly failed: string }): void => {
    writeFileSync(`${stateFile(runDirectory)}.new`, JSON.stringify(state))
    renameSync(`${stateFile(runDirectory)}.new`, stateFile(runDirectory))
  }
  let first = true
  try {
    mkdirSync(join(runDirectory, "kafka"))
  } catch {
    first = false
  }
  if (first) {
    try {
      publish(await startKafka(join(runDirectory, "kafka")))
    } catch (error) {
      publish({ failed: String(error) })
    }
  }
  for (let waited = 0; waited < 120_000; waited += 50) {
    const state = readState(runDirectory)
    if (state !== undefined && "failed" in state) throw new Error(state.failed)
    if (state !== undefined) return state
    await sleep(50)
  }
  throw new Error("another test file is starting Kafka and does not get done")
}

/** Stops the broker of this run, if any test started one. */
export const stopSharedKafka = async (runDirectory: string): Promise<void> => {
  const state = readState(runDirectory)
  if (state !== undefined && "pid" in state) await stopKafka(state)
}
