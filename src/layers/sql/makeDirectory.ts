/** Making a data directory. */
import { mkdirSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

/**
 * Makes a directory and those above it, where they are not there. Throws what `node:fs` throws. Not `mkdir` with `recursive`, which tries for ever where
 * the system says that there is no such place, as under `/proc`.
 */
export const makeDirectory = (directory: string): void => {
  const missing: Array<string> = []
  for (let path = resolve(directory); !exists(path); path = dirname(path)) missing.push(path)
  for (const path of missing.toReversed()) if (!exists(path)) mkdirSync(path)
  if (!statSync(directory).isDirectory()) throw new Error(`${directory} is there and is no directory`)
}
