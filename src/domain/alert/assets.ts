/**
 * The objects that are protected: only their conjunctions raise alerts.
 *
 * A file has an object id a line, what stands behind it (a name) and behind a `#` being for people; or it is one JSON array of ids. Catalogue
 * numbers may have leading zeros, and be Alpha-5.
 */
import { Result, Schema } from "effect"
import { objectIdOf } from "../orbit/catalogue/tle.ts"

/** Object ids. */
export type Assets = ReadonlySet<string>

/** An asset as it stands in its file. */
export interface ListedAsset {
  readonly objectId: string
  /** From 1; of JSON the place in the array. */
  readonly line: number
}

export class AssetsError extends Schema.TaggedError<AssetsError>()("AssetsError", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.Int, reason: Schema.String }))
}) {
  override get message(): string {
    return this.problems.map(({ line, reason }) => `${this.file}:${line}: ${reason}`).join("\n")
  }
}

const JsonAssets = Schema.fromJsonString(Schema.Array(Schema.Union([Schema.NonEmptyString, Schema.Int])))
const decodeJson = Schema.decodeUnknownResult(JsonAssets)

const canonical = (id: string): string => objectIdOf(/^\d+$/.test(id) ? id.replace(/^0+(?=\d)/, "") : id) ?? id

const listedJson = (text: string, file: string): Result.Result<ReadonlyArray<ListedAsset>, AssetsError> =>
  Result.mapBoth(decodeJson(text), {
    onFailure: ({ message }) =>
      new AssetsError({
        file,
        problems: [{ line: 1, reason: `not a JSON array of object ids: ${message.replaceAll(/\s+/g, " ")}` }]
      }),
    onSuccess: (ids) => ids.map((id, i) => ({ objectId: canonical(String(id).trim()), line: i + 1 }))
  })

const listedLines = (text: string, file: string): Result.Result<ReadonlyArray<ListedAsset>, AssetsError> => {
  const problems: Array<{ readonly line: number; readonly reason: string }> = []
  const assets: Array<ListedAsset> = []
  for (const [i, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const [id = ""] = (raw.split("#")[0] ?? "").trim().split(/[\s,;]+/)
    if (id === "") continue
    if (/^[\w.-]+$/.test(id)) assets.push({ objectId: canonical(id), line: i + 1 })
    else problems.push({ line: i + 1, reason: `"${id.slice(0, 40)}" is not an object id` })
  }
  return problems.length === 0 ? Result.succeed(assets) : Result.fail(new AssetsError({ file, problems }))
}

/** The assets of a file's text, in its order; a file without any is an error: it would silence every alert. */
export const readAssets = (text: string, file: string): Result.Result<ReadonlyArray<ListedAsset>, AssetsError> =>
  Result.flatMap(
    text.trimStart().startsWith("[") ? listedJson(text, file) : listedLines(text, file),
    (assets) =>
      assets.length === 0
        ? Result.fail(
          new AssetsError({
            file,
            problems: [{ line: 1, reason: "names no object: no conjunction would raise an alert" }]
          })
        )
        : Result.succeed(assets)
  )
