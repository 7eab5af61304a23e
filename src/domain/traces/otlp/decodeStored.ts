/** A stored span out of the three messages that it is kept as. */
import { Result } from "effect"
import type { StoredSpan } from "../StoredSpan.ts"
import { decodeResource, decodeScope, decodeSpan } from "./decodeSpan.ts"
import type { OtlpMalformed } from "./OtlpMalformed.ts"

/** Encoded messages of OTLP, without their field tags. */
export interface EncodedSpan {
  /** `opentelemetry.proto.resource.v1.Resource`. */
  readonly resource: Uint8Array
  /** `opentelemetry.proto.common.v1.InstrumentationScope`. */
  readonly scope: Uint8Array
  /** `opentelemetry.proto.trace.v1.Span`. */
  readonly span: Uint8Array
}

const once = <A>(held: Map<Uint8Array, A>, bytes: Uint8Array, decode: (bytes: Uint8Array) => A): A => {
  const known = held.get(bytes)
  if (known !== undefined) return known
  const decoded = decode(bytes)
  held.set(bytes, decoded)
  return decoded
}

/** What many spans share is decoded once as long as its bytes are one and the same view. */
export const makeSpanDecoder = () => {
  const resources = new Map<Uint8Array, ReturnType<typeof decodeResource>>()
  const scopes = new Map<Uint8Array, ReturnType<typeof decodeScope>>()
  return (encoded: EncodedSpan): Result.Result<StoredSpan, OtlpMalformed> =>
    Result.gen(function*() {
      const resource = yield* once(resources, encoded.resource, decodeResource)
      const scope = yield* once(scopes, encoded.scope, decodeScope)
      return { ...(yield* decodeSpan(encoded.span)), resource, scope }
    })
}
