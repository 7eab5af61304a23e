/** Data that lies beside the repository, when it is there: tests that need it skip otherwise. */
import { existsSync } from "node:fs"
import { resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")

/** Absolute path of `path` under the shared data directory, or `undefined` when it is absent. */
export const sharedData = (path: string): string | undefined =>
  ["../shared/data", "../../shared/data"].map((base) => resolve(root, base, path)).find((full) => existsSync(full))
