/** Attribute keys that a scan looks out for, compared as bytes: exact ones, and all that begin with what stands before a final `*`. */

export interface WatchedKeys {
  /** By their first byte, whether to look closer. */
  readonly first: Uint8Array
  readonly has: (bytes: Uint8Array, at: number, length: number) => boolean
  readonly hasText: (key: string) => boolean
}

const startsAt = (bytes: Uint8Array, at: number, wanted: Uint8Array): boolean => {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}

/** An empty list watches nothing; empty keys are passed over. */
export const watchedKeys = (keys: ReadonlyArray<string>): WatchedKeys => {
  const encoder = new TextEncoder()
  const wanted = keys.filter((key) => key !== "").map((key) => {
    const open = key.endsWith("*")
    const text = open ? key.slice(0, -1) : key
    return { open, text, bytes: encoder.encode(text) }
  })
  const first = new Uint8Array(256)
  for (const { bytes } of wanted) {
    if (bytes[0] === undefined) first.fill(1)
    else first[bytes[0]] = 1
  }
  return {
    first,
    has: (bytes, at, length) =>
      wanted.some((key) =>
        (key.open ? length >= key.bytes.length : length === key.bytes.length) && startsAt(bytes, at, key.bytes)
      ),
    hasText: (key) => wanted.some(({ open, text }) => open ? key.startsWith(text) : key === text)
  }
}
