/**
 * Asks the API. What an address answers is read off the API's own schemas, as types: nothing of them is in the pages' weight, and a page that no
 * longer fits the API does not compile.
 */
import type { Schema } from "effect"
import type { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import type { PerigeeApi } from "../../../src/domain/api/api.ts"
import type { ApiError } from "../../../src/domain/api/ApiError.ts"

type Groups<Api> = Api extends HttpApi.HttpApi<string, infer All> ? All : never
type Endpoints = HttpApiGroup.Endpoints<Groups<typeof PerigeeApi>>
type GetEndpoints = Extract<Endpoints, { readonly method: "GET" }>

/** What can be asked: `/v1/traces/:traceId`. */
export type ApiPath = GetEndpoints["path"]

/** The API's answers are plain JSON on their encoded side, which its JSON codec passes on as it is. */
type Encoded<S> = S extends Schema.toCodecJson<infer Inner> ? Inner["Encoded"]
  : S extends Schema.Top ? S["Encoded"]
  : never

/** What it answers, as it is sent. */
export type AnswerOf<Path extends ApiPath> = Encoded<
  HttpApiEndpoint.Success<Extract<GetEndpoints, { readonly path: Path }>>
>

export type Query = Readonly<Record<string, string | number | boolean | ReadonlyArray<string> | undefined>>

/** A question: values for the `:names` of the path, and what stands behind `?`. */
export interface Question<Path extends ApiPath> {
  readonly path: Path
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Query
}

/** Why there is no answer. `status` 0: nobody answered. */
export interface Problem {
  readonly status: number
  readonly message: string
  /** The trace id of the request. */
  readonly requestId?: string | undefined
}

export const addressOf = ({ params = {}, path, query = {} }: Question<ApiPath>): string => {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === "object") { for (const each of value) search.append(name, each) }
    else if (value !== undefined && value !== "") search.set(name, String(value))
  }
  const text = search.toString()
  return text === "" ? filled : `${filled}?${text}`
}

const isApiError = (body: unknown): body is ApiError =>
  typeof body === "object" && body !== null && "error" in body && typeof body.error === "object"

export const problemOf = (status: number, body: unknown, requestId: string | null): Problem => ({
  status,
  message: isApiError(body) ? body.error.message : `the server answered ${status}`,
  requestId: requestId ?? undefined
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Rejects with a {@link Problem}, or with an `AbortError`. A failed health check is an answer as well. */
export const ask = async <Path extends ApiPath>(
  question: Question<Path>,
  signal?: AbortSignal
): Promise<AnswerOf<Path>> => {
  const response = await fetch(addressOf(question), {
    headers: { accept: "application/json" },
    ...(signal !== undefined && { signal })
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause
    const problem: Problem = { status: 0, message: "nobody answers: is the process still running?" }
    throw problem
  })
  const body = parsed(await response.text())
  if (response.ok || (response.status === 503 && !isApiError(body) && body !== undefined)) {
    return body as AnswerOf<Path>
  }
  throw problemOf(response.status, body, response.headers.get("x-trace-id"))
}
