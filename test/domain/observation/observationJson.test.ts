import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { decodeObservationJson } from "../../../src/domain/observation/observationJson.ts"

const absent = { observationId: observationIdOf("observation", Uint8Array.of(1)), ingestTimestamp: 12_345 }
const own = observationIdOf("radar", Uint8Array.of(2))

const line = {
  sourceId: "RADAR-1",
  sourceKind: "radar",
  sensorTimestamp: "1970-01-01T00:00:02.5Z",
  target: { _tag: "RangeRate", range: 1e6 },
  uncertainty: { range: 25 }
}

const failure = (json: unknown): string => {
  const decoded = decodeObservationJson(json, absent)
  return Result.isFailure(decoded) ? decoded.failure : "no failure"
}

describe("decodeObservationJson", () => {
  it("takes what a line leaves out from the record, and no more", () => {
    expect(decodeObservationJson(line, absent)).toStrictEqual(
      Result.succeed({ ...line, ...absent, sensorTimestamp: 2500 })
    )
    const full = { ...line, observationId: own, ingestTimestamp: "1970-01-01T00:00:03Z", objectHint: "5" }
    expect(decodeObservationJson({ ...full, remark: "not ours" }, absent)).toStrictEqual(
      Result.succeed({ ...full, sensorTimestamp: 2500, ingestTimestamp: 3000 })
    )
  })

  it("says what is wrong and where", () => {
    expect(failure({ ...line, sensorTimestamp: "noon" })).toContain("Expected an RFC 3339 UTC time")
    expect(failure({ ...line, sensorTimestamp: "noon" })).toContain("sensorTimestamp")
    expect(failure({ ...line, ingestTimestamp: "2026-02-30T00:00:00Z" })).toContain("ingestTimestamp")
    expect(failure({ ...line, ingestTimestamp: 5 })).toContain("ingestTimestamp")
    expect(failure({ ...line, observationId: own.toUpperCase() })).toContain("lower-case UUID")
    expect(failure({ ...line, sourceId: "" })).toContain("sourceId")
    expect(failure({ ...line, target: { _tag: "Angular", rightAscension: 1 } })).toContain("declination")
    expect(failure({ ...line, objectHint: undefined })).toContain("objectHint")
    expect(failure([line])).toContain("object")
  })
})
