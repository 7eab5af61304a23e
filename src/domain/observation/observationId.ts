/**
 * Observation identity: UUIDv5 (RFC 9562) of the source and the raw record, so that the same record has the same id on every
 * replica, after every restart and in every replay. Without its dashes it is the trace id; its last 7 bytes are uniformly random.
 */
import { Brand } from "effect"
import { hash } from "node:crypto"
import type { ObservationId } from "./Observation.ts"

const brand = Brand.nominal<ObservationId>()

/** Perigee's name space: UUIDv5 of the DNS name space and "observations.perigee". Changing it changes every id. */
const nameSpace = Buffer.from("e0139f4e51e65f82bed1bd4bdf1ea10a", "hex")

/** What is hashed is put together here when it fits; the name space stays at the front. */
const scratch = Buffer.alloc(16 * 1024)
nameSpace.copy(scratch)

/** The name space, the source, a zero byte and the record, valid until the next call. */
const hashed = (source: string, raw: Uint8Array): Uint8Array => {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (nameSpace.length + 3 * source.length + 1 + raw.length > scratch.length) {
    return Buffer.concat([nameSpace, Buffer.from(source, "utf8"), Buffer.of(0), raw])
  }
  const end = nameSpace.length + scratch.write(source, nameSpace.length)
  scratch[end] = 0
  scratch.set(raw, end + 1)
  return scratch.subarray(0, end + 1 + raw.length)
}

/** UUIDv5 of the UTF-8 bytes of `source`, a zero byte, and the raw record bytes. */
export const observationIdOf = (source: string, raw: Uint8Array): ObservationId => {
  // Asked for as text, the digest costs a third of what it does as a buffer.
  const hex = hash("sha1", hashed(source, raw), "hex")
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3)
  return brand(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  )
}

/** Whether the text has the form of an id, as the schema `ObservationId` says it, without a regular expression. */
export const isObservationId = (text: string | undefined): text is ObservationId => {
  if (text?.length !== 36) return false
  for (let i = 0; i < 36; i++) {
    const unit = text.charCodeAt(i)
    const isDigit = unit >= 0x30 && unit <= 0x39 || unit >= 0x61 && unit <= 0x66
    if (i === 8 || i === 13 || i === 18 || i === 23 ? unit !== 0x2d : !isDigit) return false
  }
  return true
}
