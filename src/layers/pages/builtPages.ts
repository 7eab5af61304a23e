/**
 * The pages that `npm install` built into `dashboard/dist`, beside the sources as in the package. Read when the first of them is asked for, and kept: a
 * few hundred kilobytes. Until they are there, each request looks again.
 */
import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type PageFile, Pages } from "./Pages.ts"

const builtDirectory = fileURLToPath(new URL("../../../dashboard/dist/", import.meta.url))

const contentTypes: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"]
])

const readIfThere = (file: string): Uint8Array | undefined => existsSync(file) ? readFileSync(file) : undefined

const readAll = (directory: string): ReadonlyMap<string, PageFile> => {
  const files = new Map<string, PageFile>()
  if (!existsSync(join(directory, "index.html"))) return files
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const contentType = contentTypes.get(extname(name))
    if (contentType === undefined) continue
    const file = join(directory, name)
    const bytes = readFileSync(file)
    files.set(`/${name.replaceAll("\\", "/")}`, {
      contentType,
      bytes,
      brotli: readIfThere(`${file}.br`),
      gzip: readIfThere(`${file}.gz`),
      etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`
    })
  }
  return files
}

export const layerBuiltPages = (directory = builtDirectory): Layer.Layer<never> =>
  Layer.sync(Pages, () => {
    let held: ReadonlyMap<string, PageFile> = new Map()
    return {
      files: Effect.try(() => {
        if (held.size === 0) held = readAll(directory)
        return held
      }).pipe(
        Effect.catch((error) =>
          Effect.as(Effect.logWarning(`pages: ${directory} cannot be read: ${String(error.cause)}`), held)
        )
      )
    }
  })
