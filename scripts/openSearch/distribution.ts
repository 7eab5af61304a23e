/**
 * OpenSearch as Maven Central has it (the distribution of its own integration tests: no plugins, no JDK), unpacked into `.cache/openSearch/<version>` of the
 * repository, once. A folder is complete or absent: it is unpacked beside it and renamed.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..")

export const openSearchVersion = "2.19.6"

const folder = join(root, ".cache", "openSearch", openSearchVersion)

const runs = (command: string, argument: string): boolean =>
  spawnSync(command, [argument], { stdio: "ignore" }).status === 0

/** Why OpenSearch cannot be started here, or `undefined` if it can. */
export const whyNoOpenSearch = (): string | undefined => {
  if (!runs("java", "-version")) return "java (17 or later) is not installed: Debian's package openjdk-17-jre-headless"
  if (!existsSync(folder) && !(runs("mvn", "-v") && runs("unzip", "-v"))) {
    return "mvn and unzip (Debian's packages maven and unzip) are not installed, and OpenSearch is not in .cache"
  }
  return undefined
}

/** Gives the folder of the distribution, after downloading it if it is not there (56 MB). */
export const openSearchDistribution = (): string => {
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  const artifact = `org.opensearch.distribution.integ-test-zip:opensearch:${openSearchVersion}:zip`
  const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
  const steps: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["mvn", ["-B", "-q", plugin, `-Dartifact=${artifact}`, `-DoutputDirectory=${partial}`]],
    ["unzip", ["-q", join(partial, `opensearch-${openSearchVersion}.zip`), "-d", partial]]
  ]
  for (const [command, args] of steps) {
    const result = spawnSync(command, args, { encoding: "utf8" })
    if (result.status === 0) continue
    rmSync(partial, { recursive: true, force: true })
    throw new Error(`${command} failed: ${result.error?.message ?? result.stdout + result.stderr}`)
  }
  // Another process may have been faster: its folder is as good.
  if (!existsSync(folder)) renameSync(join(partial, `opensearch-${openSearchVersion}`), folder)
  rmSync(partial, { recursive: true, force: true })
  return folder
}
