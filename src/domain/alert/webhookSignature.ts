/**
 * The signature of a webhook's body, by which its receiver knows who sent it and when: `t=<Unix seconds>,v1=<HMAC-SHA256, hex>` of the time, a full
 * stop and the body, keyed by a secret that both have.
 *
 * A receiver computes it anew, compares in constant time, and refuses a time that is more than some minutes off, so that an old request
 * cannot be sent again.
 */
import { createHmac, timingSafeEqual } from "node:crypto"

const digest = (secret: string, seconds: number, body: Uint8Array): Buffer =>
  createHmac("sha256", secret).update(`${seconds}.`).update(body).digest()

export const signatureOf = (secret: string, seconds: number, body: Uint8Array): string =>
  `t=${seconds},v1=${digest(secret, seconds, body).toString("hex")}`

const form = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/

/** Whether a signature is that of the body, made within `toleranceSeconds` of `now` (Unix seconds). */
export const isSignature = (
  signature: string,
  secret: string,
  body: Uint8Array,
  now: number,
  toleranceSeconds = 300
): boolean => {
  const [, seconds, hex] = form.exec(signature) ?? []
  return seconds !== undefined && hex !== undefined
    && timingSafeEqual(digest(secret, Number(seconds), body), Buffer.from(hex, "hex"))
    && Math.abs(now - Number(seconds)) <= toleranceSeconds
}
