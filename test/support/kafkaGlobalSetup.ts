/** Once per test run: a folder in which test files find the shared Kafka; afterwards the broker is stopped and the folder deleted. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { stopSharedKafka } from "./kafka.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly kafkaRunDirectory: string
  }
}

export default function setup(project: TestProject): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "perigee-test-run-"))
  project.provide("kafkaRunDirectory", directory)
  return async () => {
    await stopSharedKafka(directory)
    rmSync(directory, { recursive: true, force: true })
  }
}
