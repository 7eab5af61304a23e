import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { createHash } from "node:crypto"
import { ObservationId } from "../../../src/domain/observation/Observation.ts"
import { isObservationId, observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { traceIdOf } from "../../../src/domain/tracing/traceId.ts"

/** RFC 9562, section 5.5, step by step. */
const version5 = (source: string, raw: Uint8Array): string => {
  const digest = createHash("sha1")
    .update(Buffer.from("e0139f4e51e65f82bed1bd4bdf1ea10a", "hex"))
    .update(source, "utf8")
    .update(Uint8Array.of(0))
    .update(raw)
    .digest()
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6)
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8)
  return digest.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

describe("observationIdOf", () => {
  it("is UUIDv5 of source and record, whatever their length and order", () => {
    const lengths = [0, 1, 430, 16 * 1024 - 40, 16 * 1024 - 20, 16 * 1024, 100_000]
    for (const source of ["observation", "", "émission ☄", "x".repeat(20_000), "radar"]) {
      for (const length of lengths) {
        const raw = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255)
        expect(observationIdOf(source, raw)).toBe(version5(source, raw))
      }
    }
  })

  it("holds every variant nibble that the hash may give", () => {
    for (let i = 0; i < 256; i++) {
      expect(observationIdOf("radar", Uint8Array.of(i))).toBe(version5("radar", Uint8Array.of(i)))
    }
  })

  it("is the trace id without its dashes", () => {
    const id = observationIdOf("radar", Uint8Array.of(1))
    expect(traceIdOf(id)).toBe(id.replaceAll("-", ""))
    expect(traceIdOf(traceIdOf(id))).toBe(traceIdOf(id))
  })
})

describe("isObservationId", () => {
  const isOfSchema = Schema.is(ObservationId)
  const id = observationIdOf("radar", Uint8Array.of(1))

  it("says what the schema says, with one character replaced, added or left out", () => {
    expect(isObservationId(id)).toBe(true)
    expect(isObservationId(undefined)).toBe(false)
    for (let at = 0; at <= id.length; at++) {
      for (const unit of "-/09:`afgAF\n\u0131") {
        const texts = [1, 0].map((removed) => id.slice(0, at) + unit + id.slice(at + removed))
        for (const text of [...texts, id.slice(0, at)]) expect(isObservationId(text)).toBe(isOfSchema(text))
      }
    }
  })
})
