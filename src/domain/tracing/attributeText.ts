/** An attribute's value as one text, which is what searches compare: `7` finds the number 7 and the text 7 alike. */
import type { AttributeValue } from "./SpanData.ts"

export type JsonAttribute = string | number | boolean | ReadonlyArray<string | number | boolean>

const scalarJson = (value: string | number | boolean | bigint): string | number | boolean =>
  typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value)) ? String(value) : value

/** What JSON has: whole numbers that a double does not hold, and numbers that JSON lacks (NaN, infinities), are texts. */
export const attributeJson = (value: AttributeValue): JsonAttribute =>
  typeof value === "object" ? value.map(scalarJson) : scalarJson(value)

/** Lists are JSON without spaces. */
export const attributeText = (value: AttributeValue): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value)
