/**
 * The response to who wants a page: a file of the build, or the page itself for every address that is one, as the pages find their way from it.
 *
 * Files have their content's hash in their name and may be kept for ever; the page is asked for again each time, and is small. The policy lets a
 * page load from this server alone, and run no script that stands in it.
 */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { isPage } from "../../domain/api/pages.ts"
import type { PageFile, Pages } from "./Pages.ts"

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'"
].join("; ")

const pageHeaders = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "vary": "accept, accept-encoding"
}

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Perigee</title></head>
<body><h1>The pages are not built here</h1>
<p>Run <code>npm install</code> (or <code>npm run pages</code>) in Perigee's directory, and load this again. The process itself is at work.</p>
<p>The same figures without pages: <a href="/health">/health</a>, <a href="/metrics">/metrics</a>, <a href="/openapi.json">/openapi.json</a>.</p>
</body></html>
`

/** A request as far as it matters here. */
interface PageRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

const accepts = (encodings: string, name: string): boolean =>
  encodings.split(",").some((each) => {
    const [encoding = "", ...parameters] = each.trim().split(";")
    return encoding.trim() === name && !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter))
  })

const fileResponse = (
  file: PageFile,
  { headers }: PageRequest,
  status: number,
  more: Readonly<Record<string, string>>
): HttpServerResponse.HttpServerResponse => {
  const all = { ...more, etag: file.etag, "x-content-type-options": "nosniff", "vary": "accept, accept-encoding" }
  if (status === 200 && headers["if-none-match"] === file.etag) {
    return HttpServerResponse.empty({ status: 304, headers: all })
  }
  const encodings = headers["accept-encoding"] ?? ""
  const [bytes, encoding] = file.brotli !== undefined && accepts(encodings, "br")
    ? [file.brotli, { "content-encoding": "br" }]
    : file.gzip !== undefined && accepts(encodings, "gzip")
    ? [file.gzip, { "content-encoding": "gzip" }]
    : [file.bytes, {}]
  return HttpServerResponse.uint8Array(bytes, {
    status,
    contentType: file.contentType,
    headers: { ...all, ...encoding }
  })
}

/** `undefined`: this is no page's business. 404 with the page, which says so, for an address that none has. */
export const pageResponse = Effect.fnUntraced(function*({ files }: typeof Pages.Service, request: PageRequest) {
  if (request.path.startsWith("/assets/")) {
    const file = (yield* files).get(request.path)
    return file === undefined
      ? undefined
      : fileResponse(file, request, 200, { "cache-control": "public, max-age=31536000, immutable" })
  }
  if (!(request.headers["accept"] ?? "").includes("text/html")) return undefined
  const index = (yield* files).get("/index.html")
  return index === undefined
    ? HttpServerResponse.text(notBuilt, { status: 503, contentType: "text/html; charset=utf-8", headers: pageHeaders })
    : fileResponse(index, request, isPage(request.path) ? 200 : 404, { ...pageHeaders, "cache-control": "no-cache" })
})
