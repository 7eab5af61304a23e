/** A GET whose answer is left as it came over the wire: not decompressed, the path not tidied. */
import { get, type IncomingHttpHeaders } from "node:http"

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export const rawGet = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { host, hostname, port } = new URL(url)
    const path = url.slice(url.indexOf(host) + host.length)
    get({ hostname, port, path, headers }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on(
        "end",
        () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) })
      )
      response.on("error", reject)
    }).on("error", reject)
  })
