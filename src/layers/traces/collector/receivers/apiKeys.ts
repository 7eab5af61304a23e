/** Whether a sender may send: one of the API keys, as `authorization: Bearer KEY` or `x-api-key: KEY`. Without keys everybody may. */
import { createHash, timingSafeEqual } from "node:crypto"
import { CollectorRefusal } from "../Collector.ts"

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest()

export type Authorize = (authorization: string | undefined, apiKey: string | undefined) => CollectorRefusal | undefined

/** Compared in constant time: their digests are of one length. */
export const makeAuthorize = (keys: ReadonlyArray<string>): Authorize => {
  const allowed = keys.map(digest)
  return (authorization, apiKey) => {
    if (allowed.length === 0) return undefined
    const given = apiKey ?? /^bearer\s+(.+)$/i.exec(authorization ?? "")?.[1]?.trim()
    if (given !== undefined) {
      const asked = digest(given)
      let known = false
      for (const key of allowed) known = timingSafeEqual(key, asked) || known
      if (known) return undefined
    }
    return new CollectorRefusal({
      reason: "Unauthorized",
      message: "this collector asks for an API key: authorization: Bearer KEY, or x-api-key: KEY"
    })
  }
}
