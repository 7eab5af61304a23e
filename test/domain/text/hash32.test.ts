import { assert, it } from "@effect/vitest"
import { hash32 } from "../../../src/domain/text/hash32.ts"

it("hash32 is the same on every machine and in every version", () => {
  assert.strictEqual(hash32(""), 0xab3e7c0b)
  assert.deepStrictEqual(
    ["00000000-0000-5000-8000-000000000000", "00000000-0000-5000-8000-000000000001", "c1f0/12"].map(hash32),
    [1_028_914_180, 708_397_269, 2_922_914_351]
  )
})
