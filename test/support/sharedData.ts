/** Finds a file of the shared data directory, which lies beside the repository (or a work tree of it) or not at all. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const roots = ["../../../shared/data/", "../../../../shared/data/"]

/** The path of a shared data file, or `undefined` where there is none: a test that needs it skips. */
export const sharedData = (path: string): string | undefined =>
  roots.map((root) => fileURLToPath(new URL(root + path, import.meta.url))).find((file) => existsSync(file))
