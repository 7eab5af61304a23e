/** Where a query goes on. */
import { Effect } from "effect"
import { type PagePlace, parsePage } from "../../../domain/traces/search/pageToken.ts"
import type { TraceQuery } from "../../../domain/traces/TraceQuery.ts"
import { TraceStoreError } from "./TraceStore.ts"

export const noToken = (page: string): TraceStoreError =>
  new TraceStoreError({ reason: "Invalid", message: `page ${page}: no token of an answer` })

/** `undefined` at the beginning. Fails with `Invalid` for a token that is none. */
export const pagePlace = ({ page }: TraceQuery): Effect.Effect<PagePlace | undefined, TraceStoreError> => {
  if (page === undefined) return Effect.undefined
  const place = parsePage(page)
  return place === undefined ? Effect.fail(noToken(page)) : Effect.succeed(place)
}
