/** Requests to OpenSearch or Elasticsearch, and what their failures mean. The parts of their API that are used are the same in both. */
import { Effect, Schema } from "effect"
import { HttpBody, type HttpClient, HttpClientRequest } from "effect/http"
import { shownAddress, withoutSecrets } from "../../../client/address.ts"
import { guarded } from "../../../client/guardedClient.ts"
import { TraceStoreError } from "../TraceStore.ts"

export interface OpenSearchOptions {
  /** `http://user:password@host:9200`. */
  readonly url: string
  /** Sent as `Authorization: ApiKey`, which Elasticsearch knows. */
  readonly apiKey?: string
  readonly index?: string
  /** Of one request, milliseconds (default 30 s). */
  readonly timeoutMillis?: number
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

const Problem = Schema.Struct({
  error: Schema.Union([Schema.String, Schema.Struct({ type: Schema.String, reason: Schema.NullOr(Schema.String) })])
})
const isProblem = Schema.is(Problem)

const reasonOf = ({ body, status }: Answer): string => {
  if (!isProblem(body)) return `answers ${status}`
  const { error } = body
  return typeof error === "string" ? error : `${error.type}: ${error.reason ?? ""}`
}

/** Refused for what was asked (400), not for how the server is. */
const problem = (answer: Answer): TraceStoreError =>
  new TraceStoreError({
    reason: answer.status === 400 ? "Invalid" : "Unavailable",
    message: `OpenSearch: ${reasonOf(answer)}`
  })

export const makeOpenSearchClient = (client: HttpClient.HttpClient, options: OpenSearchOptions) => {
  const { apiKey, timeoutMillis = 30_000, url } = options
  const http = guarded(client)
  const base = url.replace(/\/+$/, "")
  const hidden = withoutSecrets(url)
  const isUnavailable = (cause: { readonly message: string }) =>
    new TraceStoreError({
      reason: "Unavailable",
      message: `OpenSearch at ${shownAddress(url)}: ${hidden(cause.message)}`
    })

  /** Any answer, whatever its status. */
  const ask = (method: "GET" | "POST" | "PUT" | "HEAD", path: string, body?: HttpBody.HttpBody) =>
    Effect.gen(function*() {
      const bare = HttpClientRequest.make(method)(`${base}${path}`)
      const authorised = apiKey === undefined
        ? bare
        : HttpClientRequest.setHeader(bare, "authorization", `ApiKey ${apiKey}`)
      const response = yield* http.execute(
        body === undefined ? authorised : HttpClientRequest.setBody(authorised, body)
      )
      const answer: Answer = { status: response.status, body: method === "HEAD" ? undefined : yield* response.json }
      return answer
    }).pipe(Effect.timeout(timeoutMillis), Effect.mapError(isUnavailable))

  return {
    ask,
    json: HttpBody.jsonUnsafe,
    /** An answer with a status below 300, as `schema` says. */
    asked: <A>(
      schema: Schema.Codec<A, unknown>,
      method: "GET" | "POST" | "PUT",
      path: string,
      body?: HttpBody.HttpBody
    ) => {
      const decode = Schema.decodeUnknownEffect(schema)
      return Effect.gen(function*() {
        const answer = yield* ask(method, path, body)
        if (answer.status >= 300) return yield* problem(answer)
        return yield* Effect.mapError(
          decode(answer.body),
          (cause) =>
            new TraceStoreError({
              reason: "Unavailable",
              message: `OpenSearch: an answer of another kind: ${cause.message}`
            })
        )
      })
    },
    problem
  }
}

export type OpenSearchClient = ReturnType<typeof makeOpenSearchClient>
