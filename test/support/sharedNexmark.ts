/** Published answers of the NEXMark yardstick that lie beside the repository, when they are there. */
import { Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")

/** Absolute path of `path` under the shared yardstick's directory, or `undefined` when it is absent. */
export const sharedNexmark = (path: string): string | undefined =>
  ["../shared/nexmark", "../../shared/nexmark"].map((base) => resolve(root, base, path)).find((full) =>
    existsSync(full)
  )

const Answers = Schema.Array(Schema.Struct({
  seed: Schema.Int,
  n: Schema.Int,
  disorderMs: Schema.Int,
  queries: Schema.Record(Schema.String, Schema.Struct({ count: Schema.Int, hash: Schema.String }))
}))

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Answers))

/** Count and hash of every query by seed, events and disorder, or `undefined` when they are absent. */
export const publishedAnswers = (): typeof Answers.Type | undefined => {
  const file = sharedNexmark("expected.json")
  return file === undefined ? undefined : decode(readFileSync(file, "utf8"))
}
