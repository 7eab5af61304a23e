import { mkdtempSync, rmSync } from "node:fs"
import { constants, tmpdir } from "node:os"
import { join } from "node:path"

/** An empty directory that goes when the process ends, also where SIGINT or SIGTERM ends it. */
export const benchDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "perigee-bench-"))
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }))
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  }
  return directory
}
