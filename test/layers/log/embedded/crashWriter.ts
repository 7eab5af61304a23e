/**
 * The process that embeddedLogCrash.test.ts kills: appends from several fibers for ever and prints each position once it is acknowledged.
 * Arguments: data directory, round. Value `round/producer/n`; a line is `partition offset value`.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import { EmbeddedLog } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog, type NewLogRecord } from "../../../../src/layers/log/MessageLog.ts"

const [directory = "", round = ""] = process.argv.slice(2)
const encoder = new TextEncoder()

const producer = Effect.fnUntraced(function*(id: number) {
  const log = yield* MessageLog
  for (let n = 0;;) {
    const size = 1 + ((n * 7 + id * 13) % 40)
    const values = Array.from({ length: size }, (_, i) => `${round}/${id}/${n + i}`)
    const records = values.map((value): NewLogRecord => ({
      key: `producer ${id}`,
      value: encoder.encode(value),
      headers: { round },
      timestamp: n
    }))
    const positions = yield* log.append("crash", records)
    // Synchronous on a pipe: what is printed was printed after its append had returned, and before the next began.
    process.stdout.write(positions.map(({ partition, offset }, i) => `${partition} ${offset} ${values[i]}\n`).join(""))
    n += size
    yield* Effect.yieldNow
  }
})

const program = Effect.gen(function*() {
  const log = yield* MessageLog
  yield* log.ensureTopic({ name: "crash", partitions: 3 })
  yield* Effect.forEach([0, 1, 2, 3, 4], producer, { concurrency: "unbounded" })
})

NodeRuntime.runMain(Effect.provide(program, EmbeddedLog.layer({ directory })))
