/**
 * Writes of traces: what is there is read, joined with what comes and written under the condition that nobody else wrote meanwhile; who was overtaken tries again. Answers once
 * searches see it.
 */
import { Effect, Result, Schema } from "effect"
import { HttpBody } from "effect/http"
import { joinedWrites } from "../joinedWrites.ts"
import { TraceStoreError, type TraceWrite } from "../TraceStore.ts"
import type { OpenSearchClient } from "./openSearchClient.ts"
import { documentAfter, type TraceDocument, TraceSource } from "./traceDocument.ts"

const Found = Schema.Struct({
  docs: Schema.Array(Schema.Struct({
    _id: Schema.String,
    found: Schema.optionalKey(Schema.Boolean),
    _seq_no: Schema.optionalKey(Schema.Finite),
    _primary_term: Schema.optionalKey(Schema.Finite),
    _source: Schema.optionalKey(TraceSource)
  }))
})

const Outcome = Schema.Struct({
  _id: Schema.String,
  status: Schema.Finite,
  error: Schema.optionalKey(Schema.Struct({ type: Schema.String, reason: Schema.NullOr(Schema.String) }))
})
const Written = Schema.Struct({
  items: Schema.Array(Schema.Struct({ index: Schema.optionalKey(Outcome), create: Schema.optionalKey(Outcome) }))
})

/** Bytes of one bulk request, about. */
const bulkBytes = 8 << 20
const documentsAtOnce = 500
const mostTries = 20

export const makeOpenSearchWrites = (client: OpenSearchClient, index: string, refresh: "wait_for" | "true") => {
  const attempt = Effect.fnUntraced(function*(writes: ReadonlyMap<string, TraceWrite>) {
    const { docs } = yield* client.asked(
      Found,
      "POST",
      `/${index}/_mget?_source_excludes=spans,calls`,
      client.json({ ids: Array.from(writes.keys()) })
    )
    const actions: Array<readonly [object, TraceDocument]> = []
    for (const { _id, _primary_term, _seq_no, _source } of docs) {
      const write = writes.get(_id)
      if (write === undefined) continue
      const document = yield* Effect.fromResult(Result.mapError(
        documentAfter(_source, write),
        (cause) => new TraceStoreError({ reason: "Invalid", message: `no span: ${cause.message}`, cause })
      ))
      if (document === undefined) continue
      actions.push([
        _seq_no === undefined
          ? { create: { _id } }
          : { index: { _id, if_seq_no: _seq_no, if_primary_term: _primary_term } },
        document
      ])
    }
    const overtaken = new Set<string>()
    let lines: Array<string> = []
    let size = 0
    const send = Effect.fnUntraced(function*() {
      if (lines.length === 0) return
      const body = HttpBody.text(lines.join(""), "application/x-ndjson")
      lines = []
      size = 0
      const { items } = yield* client.asked(Written, "POST", `/${index}/_bulk?refresh=${refresh}`, body)
      for (const { create, index: indexed } of items) {
        const outcome = create ?? indexed
        if (outcome === undefined || outcome.status < 300) continue
        if (outcome.status === 409) overtaken.add(outcome._id)
        else {
          return yield* new TraceStoreError({
            reason: outcome.status === 429 || outcome.status >= 500 ? "Unavailable" : "Invalid",
            message: `OpenSearch: trace ${outcome._id}: ${outcome.error?.type ?? ""}: ${outcome.error?.reason ?? ""}`
          })
        }
      }
    })
    for (const [action, document] of actions) {
      const text = `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`
      lines.push(text)
      size += text.length
      if (size >= bulkBytes) yield* send()
    }
    yield* send()
    return new Map(
      Array.from(overtaken).flatMap((id) => {
        const write = writes.get(id)
        return write === undefined ? [] : [[id, write] as const]
      })
    )
  })

  return Effect.fnUntraced(function*(writes: ReadonlyArray<TraceWrite>) {
    const all = Array.from(joinedWrites(writes))
    for (let at = 0; at < all.length; at += documentsAtOnce) {
      let left: ReadonlyMap<string, TraceWrite> = new Map(all.slice(at, at + documentsAtOnce))
      for (let tries = 0; left.size > 0; tries++) {
        if (tries === mostTries) {
          return yield* new TraceStoreError({
            reason: "Unavailable",
            message: `OpenSearch: ${left.size} traces are written by others all the time`
          })
        }
        left = yield* attempt(left)
      }
    }
  })
}
