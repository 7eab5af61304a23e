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

/** UUIDv5 of the UTF-8 bytes of `source`, a zero byte, and the raw record bytes. */
export const observationIdOf = (source: string, raw: Uint8Array): ObservationId => {
  const digest = hash("sha1", Buffer.concat([nameSpace, Buffer.from(source, "utf8"), Buffer.of(0), raw]), "buffer")
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  const hex = digest.toString("hex", 0, 16)
  return brand(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  )
}

/** The W3C trace id of an observation: its id without dashes, 32 lower-case hex digits. */
export const traceIdOf = (id: ObservationId): string =>
  id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24)
