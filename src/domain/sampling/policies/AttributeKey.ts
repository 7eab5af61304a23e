/** The key of a span's attribute, or of a member of its `tracestate`. */
import { Schema } from "effect"

export const AttributeKey = Schema.NonEmptyString
