import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeOpticalPage } from "../../../../src/domain/observation/formats/opticalArchive.ts"

describe("decodeOpticalPage", () => {
  const page = "{\"observations\": [{\"id\": \"1\"}], \"next\": \"2\"}"

  it("reads a page behind a byte order mark as without", () => {
    const read = Result.getOrThrow(decodeOpticalPage(page))
    expect(read).toEqual({ observations: [{ id: "1" }], next: "2" })
    expect(Result.getOrThrow(decodeOpticalPage(`\uFEFF${page}`))).toEqual(read)
  })

  it("says what is no page", () => {
    const reason = (text: string) => Result.getOrThrow(Result.flip(decodeOpticalPage(text)))
    expect(reason("\uFEFF\uFEFF{}")).toContain("Not JSON")
    expect(reason("[]")).toContain("Not a page of an optical archive")
  })
})
