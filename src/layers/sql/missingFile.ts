/** What to say of a data directory that lacks a file: a run with --seed or --input keeps its own in a folder below. */
import { existsSync } from "node:fs"
import { basename, join } from "node:path"

export const rehearsalFolder = "rehearsal"

export const missingFile = (what: string, directory: string, file: string): string => {
  const rehearsal = join(directory, rehearsalFolder)
  const hint = existsSync(join(rehearsal, basename(file)))
    ? `; that of the last run with --seed or --input is in ${rehearsal}`
    : ""
  return `no ${what} in ${directory}: ${file} does not exist${hint}`
}
