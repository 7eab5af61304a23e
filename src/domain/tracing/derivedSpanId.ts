/** A span id that depends on nothing but a text, for spans that nobody gave one: told of twice, they are the same. */
import { hash32 } from "../text/hash32.ts"

const hex8 = (value: number): string => value.toString(16).padStart(8, "0")

export const derivedSpanId = (key: string): string => {
  const id = hex8(hash32(key)) + hex8(hash32(`span ${key}`))
  return id === "0000000000000000" ? "0000000000000001" : id
}
