/**
 * The steps of a record as stores keep them: JSON text with a version. A reader of version N reads every earlier version.
 *
 * Version 1: `[1, [[operator, at, parents, parentCount], ...]]`; `at` in milliseconds since the epoch, and `null` for parents that are
 * the output itself alone, which is what most steps have. Written by hand, as there is one per record; read through its schema.
 */
import { Option, Schema } from "effect"
import type { LineageStep } from "../stream/Envelope.ts"

const StoredSteps = Schema.Tuple([
  Schema.Literal(1),
  Schema.Array(
    Schema.Tuple([Schema.String, Schema.Finite, Schema.NullOr(Schema.Array(Schema.String)), Schema.Int])
  )
])

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(StoredSteps))

export const encodeSteps = (id: string, steps: ReadonlyArray<LineageStep>): string =>
  JSON.stringify([
    1,
    steps.map(({ at, operator, parentCount, parents }) => [
      operator,
      at,
      parents.length === 1 && parents[0] === id ? null : parents,
      parentCount
    ])
  ])

/** `undefined` for a text that is no version known. */
export const decodeSteps = (id: string, text: string): ReadonlyArray<LineageStep> | undefined =>
  Option.getOrUndefined(
    Option.map(decode(text), ([, steps]) =>
      steps.map(([operator, at, parents, parentCount]) => ({ operator, at, parents: parents ?? [id], parentCount })))
  )
