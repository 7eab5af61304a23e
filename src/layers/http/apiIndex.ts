/** What can be asked over HTTP, taken from the API itself: the answer to `GET /`, and the methods that a path has. */
import { HttpServerResponse } from "effect/http"
import { OpenApi } from "effect/http-api"
import { escape } from "effect/RegExp"
import { PerigeeApi } from "../../domain/api/api.ts"

interface Question {
  readonly method: string
  readonly path: string
  readonly description: string
}

const methods = ["get", "put", "post", "delete", "patch"] as const

const questions: ReadonlyArray<Question> = [
  { method: "GET", path: "/", description: "This list; a browser gets the pages" },
  { method: "GET", path: "/openapi.json", description: "The API as an OpenAPI document" },
  ...Object.entries(OpenApi.fromApi(PerigeeApi).paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation === undefined
        ? []
        : [{ method: method.toUpperCase(), path, description: operation.description ?? operation.summary ?? "" }]
    })
  )
]

/** `{id}` in a path stands for one part of it. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.split(/\{[^}]*\}/).map((part) => escape(part)).join("[^/]+")}$`)

const patterns = questions.map(({ method, path }) => ({ method, pattern: patternOf(path) }))

/** The methods that a path can be asked with; none for a path that there is not. */
export const methodsOf = (path: string): ReadonlyArray<string> => {
  const found = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  return found.includes("GET") ? [...found, "HEAD"] : found
}

const body = {
  name: "perigee",
  what: "A stream processor for Space Domain Awareness: observations in, conjunction alerts out",
  questions
}

export const apiIndex = HttpServerResponse.jsonUnsafe(body, { headers: { vary: "accept" } })
