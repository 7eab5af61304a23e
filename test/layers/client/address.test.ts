import { assert, describe, it } from "@effect/vitest"
import { addressUnder, placeOf, shownAddress, withoutSecrets } from "../../../src/layers/client/address.ts"

const secret = "https://spy:pass%2Fword@host:8443/a/b/?token=S3CRET&short=1"

describe("an address out of a setting", () => {
  it("is shown without credentials and query; what is no address is not shown at all", () => {
    assert.strictEqual(shownAddress(secret), "https://<redacted>@host:8443/a/b/?<redacted>")
    assert.strictEqual(shownAddress("http://host/a"), "http://host/a")
    assert.strictEqual(shownAddress("S3CRET"), "<redacted>")
    assert.strictEqual(placeOf(secret), "https://host:8443/a/b/")
    assert.strictEqual(placeOf("S3CRET"), "<redacted>")
  })

  it("gets a path behind its own, before its query", () => {
    assert.strictEqual(
      addressUnder(secret, "/v1/traces"),
      "https://spy:pass%2Fword@host:8443/a/b/v1/traces?token=S3CRET&short=1"
    )
    assert.strictEqual(addressUnder("http://host:4318", "v1/traces"), "http://host:4318/v1/traces")
  })

  it("its secrets are taken out of what others say, as they are written and as they are read", () => {
    const hide = withoutSecrets(secret)
    assert.strictEqual(
      hide("GET /a?token=S3CRET: pass/word or pass%2Fword, 1 try"),
      "GET /a?token=<redacted>: <redacted> or <redacted>, 1 try"
    )
    assert.strictEqual(withoutSecrets("http://host/a")("as it is"), "as it is")
  })
})
