/** Node's HTTP server and nothing behind it: reads bodies, drops them, answers. What any receiver on Node pays before it does something. */
import { createServer } from "node:http"

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => response.end())
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  console.log(JSON.stringify({ http: `http://127.0.0.1:${port}` }))
})
process.stdin.resume()
process.stdin.on("end", () => process.exit())
