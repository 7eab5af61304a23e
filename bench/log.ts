/**
 * The message log: memory against embedded, appends and reads of arrays of 256 records of 100 bytes with key, one partition.
 *
 * `node bench/log.ts [--full]`: with `--full` the embedded log waits for the disk at every append.
 */
import { Effect, Exit, Layer, Scope, Stream } from "effect"
import { rmSync } from "node:fs"
import { EmbeddedLog } from "../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog, type NewLogRecord } from "../src/layers/log/MessageLog.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { formatRatio, type PairsResult, runPairs, timed, type Variant } from "./support/pairs.ts"

const arraySize = 256
const arrays = 100
const total = arraySize * arrays

const records = Array.from({ length: arraySize }, (_, i): NewLogRecord => ({
  key: `sensor-${i % 16}`,
  value: new Uint8Array(100).fill(i),
  headers: {},
  timestamp: 1_800_000_000_000 + i
}))

const open = async (layer: Layer.Layer<MessageLog, unknown>, topic: string, headers: NewLogRecord["headers"] = {}) => {
  const scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const run = <A, E>(effect: Effect.Effect<A, E, MessageLog>) =>
    Effect.runPromise(Effect.provideContext(effect, context))
  const batch = records.map((record) => Object.assign({}, record, { headers }))
  await run(MessageLog.use((log) => log.ensureTopic({ name: topic, partitions: 1 })))
  let groups = 0
  let stored = 0

  const append = MessageLog.use((log) =>
    Effect.gen(function*() {
      for (let i = 0; i < arrays; i++) yield* log.append(topic, batch)
      stored += total
    })
  )
  // A new group each time, which begins where the last append did.
  const consume = Effect.scoped(MessageLog.use((log) =>
    Effect.gen(function*() {
      const from = stored - total
      const group = `group ${groups++}`
      const subscription = yield* log.subscribe({ topic, group, from: "earliest", startAt: () => Effect.succeed(from) })
      let left = total
      yield* subscription.records.pipe(
        Stream.mapArrayEffect((array) => {
          left -= array.length
          const last = array[array.length - 1] ?? array[0]
          return Effect.as(
            subscription.commit([{ topic, partition: last.partition, offset: last.offset + 1 }]),
            array
          )
        }),
        Stream.takeWhile(() => left > 0),
        Stream.runDrain
      )
    })
  ))
  return {
    append: () => timed(() => run(append)),
    consume: () => timed(() => run(consume)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

const perSecond = (milliseconds: number): string => `${Math.round(total / milliseconds)} k/s`

const report = (what: string, result: PairsResult): void =>
  console.log(
    `${what.padEnd(28)} memory ${perSecond(result.medianA).padStart(10)}   embedded ${
      perSecond(result.medianB).padStart(10)
    }   ${formatRatio("memory", "embedded", result)}`
  )

const compare = async (what: string, headers: NewLogRecord["headers"]): Promise<void> => {
  const directory = benchDirectory()
  const synchronous = process.argv.includes("--full") ? "FULL" : "NORMAL"
  const memory = await open(MessageLog.layerMemory, "bench", headers)
  const embedded = await open(EmbeddedLog.layer({ directory, synchronous }), "bench", headers)
  const both = (f: (log: typeof memory) => Variant): [Variant, Variant] => [f(memory), f(embedded)]
  report(`append ${what}`, await runPairs(...both((log) => log.append)))
  report(`consume and commit ${what}`, await runPairs(...both((log) => log.consume)))
  await memory.close()
  await embedded.close()
  rmSync(directory, { recursive: true })
}

console.log(`arrays of ${arraySize} records of 100 B, ${arrays} arrays a run, Node ${process.version}`)
await compare("", {})
await compare("with traceparent", { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" })
