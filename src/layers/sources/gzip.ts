/** Gzip (RFC 1952) told by its first two bytes, and undone: of a stream of chunks, and of a whole file. */
import { Readable } from "node:stream"
import { createGunzip, gunzipSync } from "node:zlib"

/** True for what begins as gzip does; two bytes are enough. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** The whole of it, unpacked. Throws for what is cut off or is no gzip behind its first bytes. */
export const gunzip = (bytes: Uint8Array): Uint8Array => gunzipSync(bytes)

/** The rest of a stream behind chunks that were taken from it. */
async function* again(taken: ReadonlyArray<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* taken
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** The chunks, unpacked if they are gzip. What is packed and cut off fails at its end, after all that was whole. */
export async function* gunzipped(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const head: Array<Uint8Array> = []
  let length = 0
  while (length < 2) {
    const next = await chunks.next()
    if (next.done === true) break
    head.push(next.value)
    length += next.value.length
  }
  const whole = again(head, chunks)
  if (!isGzip(Buffer.concat(head).subarray(0, 2))) {
    yield* whole
    return
  }
  const packed = Readable.from(whole)
  const unpacked = createGunzip()
  packed.on("error", (error) => unpacked.destroy(error))
  yield* packed.pipe(unpacked)
}
