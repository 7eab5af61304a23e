/**
 * The jars of Apache Kafka, resolved by Maven into `.cache/kafka/<version>` of the repository, once.
 *
 * The version is the one that `pom.xml` pins. A folder is complete or absent: Maven writes beside it and the result is renamed.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..")
const pom = join(import.meta.dirname, "pom.xml")

export const kafkaVersion = (): string => {
  const version = /<kafka\.version>([^<]+)</.exec(readFileSync(pom, "utf8"))?.[1]
  if (version === undefined) throw new Error(`${pom} pins no kafka.version`)
  return version
}

const jarFolder = (): string => join(root, ".cache", "kafka", kafkaVersion())

const runs = (command: string, argument: string): boolean =>
  spawnSync(command, [argument], { stdio: "ignore" }).status === 0

/** Why Kafka cannot be started here, or `undefined` if it can. */
export const whyNoKafka = (): string | undefined => {
  if (!runs("java", "-version")) return "java (17 or later) is not installed: scripts/ci/installKafka.sh installs it"
  if (!existsSync(jarFolder()) && !runs("mvn", "-v")) {
    return "mvn is not installed and Kafka's jars are not in .cache: scripts/ci/installKafka.sh installs it"
  }
  return undefined
}

/** Gives the folder of the jars, after downloading them if they are not there (some 45 MB). */
export const kafkaJars = (): string => {
  const folder = jarFolder()
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
  const result = spawnSync(
    "mvn",
    ["-B", "-q", "-f", pom, plugin, "-DincludeScope=runtime", `-DoutputDirectory=${partial}`],
    { encoding: "utf8" }
  )
  if (result.status !== 0) {
    rmSync(partial, { recursive: true, force: true })
    throw new Error(`Maven could not resolve Kafka's jars: ${result.error?.message ?? result.stdout + result.stderr}`)
  }
  // Another process may have been faster: its folder is as good.
  if (existsSync(folder)) rmSync(partial, { recursive: true, force: true })
  else renameSync(partial, folder)
  return folder
}
