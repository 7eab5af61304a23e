/** Kill -9 at random points: every acknowledged record is there, in order, and there is no gap. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { EmbeddedLog } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"
import { text } from "../contract/support.ts"

const rounds = 8

/** Runs the writer, kills it some time after its first acknowledgement, and gives the lines that it completed. */
const runAndKill = (directory: string, round: number, delay: number) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "crashWriter.ts"), directory, String(round)], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      if (output === "") setTimeout(() => child.kill("SIGKILL"), delay)
      output += part
    })
    child.on("close", (code, signal) =>
      resume(
        signal === "SIGKILL"
          ? Effect.succeed(output.slice(0, output.lastIndexOf("\n")).split("\n"))
          : Effect.die(new Error(`the writer ended by itself with ${code}`))
      ))
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

const stored = Effect.gen(function*() {
  const log = yield* MessageLog
  const partitions: Array<ReadonlyArray<string>> = []
  for (const { partition, beginning, end } of yield* log.offsets("crash")) {
    assert.strictEqual(beginning, 0)
    const values: Array<string> = []
    while (values.length < end) {
      const records = yield* log.read({ topic: "crash", partition, offset: values.length, max: 500 })
      assert.isAbove(records.length, 0)
      for (const record of records) {
        assert.strictEqual(record.offset, values.length)
        values.push(text(record))
      }
    }
    partitions.push(values)
  }
  return partitions
})

/** Numbers that each producer of each round has in the log, in the log's order. */
const byProducer = (values: ReadonlyArray<string>): ReadonlyMap<string, ReadonlyArray<number>> => {
  const found = new Map<string, Array<number>>()
  for (const value of values) {
    const cut = value.lastIndexOf("/")
    const numbers = found.get(value.slice(0, cut)) ?? []
    found.set(value.slice(0, cut), numbers)
    numbers.push(Number(value.slice(cut + 1)))
  }
  return found
}

describe("EmbeddedLog under kill -9", () => {
  it.live("loses no acknowledged record and leaves no gap", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const acknowledged: Array<string> = []
      for (let round = 0; round < rounds; round++) {
        const lines = yield* runAndKill(directory, round, Math.random() * 120)
        acknowledged.push(...lines)
        const partitions = yield* Effect.provide(stored, EmbeddedLog.layer({ directory }))
        for (const line of acknowledged) {
          const [partition = "", offset = "", value] = line.split(" ")
          assert.strictEqual(partitions[Number(partition)]?.[Number(offset)], value, line)
        }
        for (const [producer, numbers] of byProducer(partitions.flat())) {
          assert.deepStrictEqual(numbers, numbers.map((_, i) => i), producer)
        }
      }
      assert.isAbove(acknowledged.length, rounds)
    }), 60_000)
})
