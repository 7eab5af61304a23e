/** The pages as they were built: files by their address. By default there are none, as where only an API is served. */
import { Context, Effect } from "effect"

export interface PageFile {
  readonly contentType: string
  readonly bytes: Uint8Array
  /** The same, compressed at build time; absent where that saves nothing. */
  readonly brotli: Uint8Array | undefined
  readonly gzip: Uint8Array | undefined
  /** Of the content, in quotes. */
  readonly etag: string
}

export class Pages extends Context.Reference<{
  /** Files by address (`/index.html`); none where the pages were not built. */
  readonly files: Effect.Effect<ReadonlyMap<string, PageFile>>
}>("perigee/layers/pages/Pages", { defaultValue: () => ({ files: Effect.succeed(new Map()) }) }) {}
