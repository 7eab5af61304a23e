/** A collector killed while it answers: every span that it answered for stands in the log of its directory. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { encodeSpans } from "../../../../src/domain/traces/otlp/encodeSpans.ts"
import { EmbeddedLog } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { collectedSpans } from "../../../support/otlp/collector.ts"
import { spanData } from "../../../support/spanData.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"

const start = (directory: string) =>
  Effect.promise(async (): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
    const child = spawn(process.execPath, ["bench/support/collectorProcess.ts", directory], {
      stdio: ["pipe", "pipe", "inherit"]
    })
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith("{")) return { child, url: `${JSON.parse(line).http}/v1/traces` }
    }
    throw new Error("the collector did not start")
  })

/** Sends until the collector is gone; gives the span ids that it answered for. */
const sendUntilKilled = (child: ChildProcess, url: string) =>
  Effect.promise(async () => {
    const answered: Array<string> = []
    const sender = async () => {
      for (;;) {
        const spans = Array.from({ length: 20 }, () => spanData({ attributes: { text: "x".repeat(200) } }))
        const body = Buffer.from(encodeSpans({ "service.name": "a" }, { name: "", version: "", attributes: {} }, spans))
        try {
          const response = await fetch(url, {
            method: "POST",
            body,
            headers: { "content-type": "application/x-protobuf" }
          })
          if (response.status === 200) answered.push(...spans.map(({ spanId }) => spanId))
        } catch {
          return
        }
        if (answered.length > 4000) child.kill("SIGKILL")
      }
    }
    await Promise.all(Array.from({ length: 8 }, sender))
    return answered
  })

describe("a collector that is killed", () => {
  it.live("has every span that it answered for, and goes on where it was", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const answered: Array<string> = []
      for (let round = 0; round < 2; round++) {
        const { child, url } = yield* start(directory)
        answered.push(...(yield* sendUntilKilled(child, url)))
      }
      const stored = yield* Effect.provide(collectedSpans, EmbeddedLog.layer({ directory }))
      const ids = new Set(stored.map(({ span }) => span.spanId))
      assert.isAbove(answered.length, 8000)
      assert.deepStrictEqual(answered.filter((id) => !ids.has(id)), [])
    }).pipe(Effect.scoped), 60_000)
})
