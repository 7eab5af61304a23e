/** What goes from the index of traces: looked up oldest first and deleted by id, some thousand at a time. */
import { Effect, Schema } from "effect"
import { HttpBody } from "effect/http"
import { bigintOf } from "../storedValues.ts"
import type { TraceRetention } from "../TraceStore.ts"
import type { OpenSearchClient } from "./openSearchClient.ts"

const Sizes = Schema.Struct({
  hits: Schema.Struct({
    hits: Schema.Array(Schema.Struct({
      _source: Schema.Struct({ traceId: Schema.String, bytes: Schema.Finite, keep: Schema.Boolean })
    }))
  })
})
const Deleted = Schema.Struct({ errors: Schema.Boolean })

const page = 2000

export const retainDocuments = Effect.fnUntraced(function*(
  client: OpenSearchClient,
  index: string,
  { before, maxBytes }: TraceRetention,
  bytes: number
) {
  /** The oldest that `query` holds for. */
  const oldest = (query: object) =>
    Effect.map(
      client.asked(
        Sizes,
        "POST",
        `/${index}/_search`,
        client.json({
          query,
          sort: [{ end: "asc" }, { traceId: "asc" }],
          _source: ["traceId", "bytes", "keep"],
          size: page
        })
      ),
      ({ hits }) => hits.hits.map(({ _source }) => _source)
    )
  const remove = (ids: ReadonlyArray<string>) =>
    client.asked(
      Deleted,
      "POST",
      `/${index}/_bulk?refresh=true`,
      HttpBody.text(ids.map((_id) => `${JSON.stringify({ delete: { _id } })}\n`).join(""), "application/x-ndjson")
    )

  let gone = 0
  if (before !== undefined) {
    const ended = { range: { end: { lt: String(bigintOf(before)) } } }
    for (let found = yield* oldest(ended); found.length > 0; found = yield* oldest(ended)) {
      yield* remove(found.map(({ traceId }) => traceId))
      gone += found.filter(({ keep }) => keep).length
    }
  }
  if (maxBytes === undefined) return gone
  let left = bytes
  while (left > maxBytes) {
    const found = yield* oldest({ term: { keep: true } })
    const ids: Array<string> = []
    for (const trace of found) {
      if (left <= maxBytes) break
      ids.push(trace.traceId)
      left -= trace.bytes
    }
    if (ids.length === 0) break
    yield* remove(ids)
    gone += ids.length
  }
  return gone
})
