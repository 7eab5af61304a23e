/** A real HTTP server on loopback whose behaviour a test changes while it runs. */
import { Effect, type Scope } from "effect"
import * as Http from "node:http"

export type Handler = (request: URL, response: Http.ServerResponse) => void

export interface TestServer {
  readonly url: string
  handler: Handler
  /** Every request's URL, oldest first. */
  readonly requests: Array<URL>
}

export const testServer = (handler: Handler): Effect.Effect<TestServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Http.Server; readonly state: TestServer }>((resume) => {
        const requests: Array<URL> = []
        const server = Http.createServer((request, response) => {
          const url = new URL(request.url ?? "/", "http://127.0.0.1")
          requests.push(url)
          state.handler(url, response)
        })
        const state: TestServer = { url: "", handler, requests }
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" ? address?.port : undefined
          resume(
            Effect.succeed({ server, state: Object.assign(state, { url: `http://127.0.0.1:${port}/observations` }) })
          )
        })
      }),
      ({ server }) =>
        Effect.callback<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    ),
    ({ state }) => state
  )
