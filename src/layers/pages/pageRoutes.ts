/** Every address that nothing else has: a page for who wants one, not found for all others. And `/`, which others ask for what there is. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerError, type HttpServerRequest, type HttpServerResponse } from "effect/http"
import { pageResponse } from "./pageResponse.ts"
import { Pages } from "./Pages.ts"

/** `index` answers `/` to who wants no page. */
export const layerPageRoutes = (
  index: HttpServerResponse.HttpServerResponse
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  Layer.unwrap(Effect.map(Pages, (pages) => {
    const page = (request: HttpServerRequest.HttpServerRequest) => {
      const [path = ""] = request.url.split("?")
      return pageResponse(pages, { path, headers: request.headers })
    }
    return Layer.merge(
      HttpRouter.add("GET", "/", (request) => Effect.map(page(request), (response) => response ?? index)),
      HttpRouter.add("GET", "/*", (request) =>
        Effect.flatMap(page(request), (response) => {
          if (response !== undefined) return Effect.succeed(response)
          const reason = new HttpServerError.RouteNotFound({ request })
          return Effect.die(new HttpServerError.HttpServerError({ reason }))
        }))
    )
  }))
