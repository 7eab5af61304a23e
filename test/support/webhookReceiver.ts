/**
 * A webhook's receiver as it should be: it checks the signature, and keeps each version once, by its `Idempotency-Key`, in one SQLite transaction. `answer` says how it
 * misbehaves: after it has kept the version, or before.
 */
import { Effect } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { DatabaseSync } from "node:sqlite"
import { isSignature } from "../../src/domain/alert/webhookSignature.ts"

export interface Received {
  readonly key: string
  readonly body: string
}

export interface ReceiverAnswer {
  /** Keeps the version before it answers. */
  readonly keep: boolean
  /** 0: the connection is cut instead. */
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly afterMillis?: number
}

export const ok: ReceiverAnswer = { keep: true, status: 204 }

export const webhookReceiver = (
  secret: string,
  answer: (key: string, count: number) => ReceiverAnswer = () => ok
) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const database = new DatabaseSync(":memory:")
      database.exec("CREATE TABLE versions (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, body TEXT NOT NULL)")
      const put = database.prepare("INSERT INTO versions (key, body) VALUES (?, ?) ON CONFLICT DO NOTHING")
      let requests = 0
      let unsigned = 0
      let paths = new Set<string>()
      const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const chunks: Array<Buffer> = []
        for await (const chunk of request) chunks.push(chunk)
        const body = Buffer.concat(chunks)
        const key = String(request.headers["idempotency-key"])
        paths = paths.add(`${request.method} ${request.url}`)
        const signature = String(request.headers["perigee-signature"])
        if (!isSignature(signature, secret, body, Date.now() / 1000)) unsigned++
        const { afterMillis = 0, headers = {}, keep, status } = answer(key, requests++)
        if (keep) put.run(key, body.toString("utf8"))
        if (status === 0) return void request.socket.destroy()
        setTimeout(() => response.writeHead(status, headers).end(), afterMillis)
      }
      const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()))
      await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      return {
        url: `http://127.0.0.1:${port}/alerts`,
        /** In the order in which they first came. */
        received: (): ReadonlyArray<Received> =>
          database.prepare("SELECT key, body FROM versions ORDER BY id").all()
            .map(({ body, key }) => ({ key: String(key), body: String(body) })),
        requests: () => requests,
        unsigned: () => unsigned,
        paths: () => paths,
        close: () => {
          server.closeAllConnections()
          server.close()
        }
      }
    }),
    ({ close }) => Effect.sync(close)
  )
