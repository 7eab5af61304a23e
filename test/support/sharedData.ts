/**
 * Data that tests rest on: small published tables in the project, and large catalogues that lie beside the repository. Where the latter are
 * not there, the tests that need them are skipped, and say so; under `CI=true` they are required.
 */
import { existsSync } from "node:fs"
import { resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")

/** Absolute path of `path` in `test/data`. */
export const testData = (path: string): string => resolve(root, "test/data", path)

/** Absolute path of `path` under the shared data directory, or `undefined` when it is absent. */
export const sharedData = (path: string): string | undefined => {
  const found = ["../shared/data", "../../shared/data"].map((base) => resolve(root, base, path))
    .find((full) => existsSync(full))
  if (found !== undefined) return found
  if (process.env["CI"] === "true") throw new Error(`../shared/data/${path} is not there: under CI=true it is required`)
  console.warn(`skipped: what needs ../shared/data/${path}, which is not there`)
  return undefined
}
