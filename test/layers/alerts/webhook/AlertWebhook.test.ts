/** The webhook against a real receiver over HTTP. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { spawn } from "node:child_process"
import { join, resolve } from "node:path"
import { ConjunctionAlert } from "../../../../src/domain/alert/ConjunctionAlert.ts"
import { isSignature, signatureOf } from "../../../../src/domain/alert/webhookSignature.ts"
import { alertsTopic, AlertStore } from "../../../../src/layers/alerts/AlertStore.ts"
import { startAlertWebhook, type WebhookOptions } from "../../../../src/layers/alerts/webhook/AlertWebhook.ts"
import { EmbeddedLog } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { EmbeddedLogReader } from "../../../../src/layers/log/embedded/EmbeddedLogReader.ts"
import { LogReader } from "../../../../src/layers/log/LogReader.ts"
import { readPages } from "../../../../src/layers/log/readPages.ts"

import { alertVersion } from "../../../support/alerts.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"
import { ok, webhookReceiver } from "../../../support/webhookReceiver.ts"

const secret = "a secret of both"

const optionsFor = (url: string, file = ":memory:"): WebhookOptions => ({
  url,
  secret,
  timeout: 2000,
  file,
  attempts: 4,
  backoff: 10,
  backoffMax: 50,
  parkedEvery: 60_000,
  retention: 86_400_000
})

const services = (directory: string) =>
  Layer.mergeAll(AlertStore.layer, NodeHttpClient.layerUndici).pipe(
    Layer.provideMerge(EmbeddedLog.layer({ directory }))
  )

const keyOf = ({ alertId, sequence }: ConjunctionAlert): string => `${alertId}/${sequence}`

describe("AlertWebhook", () => {
  it.live(
    "posts every version once, signed, an alert's in order, through answers that fail and answers that are lost",
    () =>
      Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        const receiver = yield* webhookReceiver(secret, (_, n) =>
          n % 7 === 0
            ? { keep: false, status: 503 }
            : n % 7 === 2
            ? { keep: true, status: 0 }
            : n % 7 === 4
            ? { keep: false, status: 429, headers: { "retry-after": "0" } }
            : ok)
        const versions = Array.from({ length: 40 }, (_, n) => alertVersion(`alert-${n % 4}`, Math.floor(n / 4) + 1))
        yield* Effect.gen(function*() {
          const webhook = yield* startAlertWebhook({ ...optionsFor(receiver.url), attempts: 100 })
          const store = yield* AlertStore
          for (const version of versions) yield* store.upsert([version])
          yield* webhook.settle(20_000)
        }).pipe(Effect.provide(services(directory)))
        const received = receiver.received()
        assert.deepStrictEqual(received.map(({ key }) => key).toSorted(), versions.map(keyOf).toSorted())
        for (const of of Map.groupBy(received, ({ key }) => key.split("/")[0]).values()) {
          assert.deepStrictEqual(of.map(({ key }) => Number(key.split("/")[1])), of.map((_, i) => i + 1))
        }
        assert.isAbove(receiver.requests(), versions.length, "some were sent again")
        assert.strictEqual(receiver.unsigned(), 0)
        assert.deepStrictEqual([...receiver.paths()], ["POST /alerts"])
        const decoded = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(ConjunctionAlert))(received[0]?.body)
        assert.strictEqual(keyOf(decoded), received[0]?.key)
      }),
    30_000
  )

  it.live(
    "neither the delivery of alerts nor other alerts wait for a version that is slow",
    () =>
      Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        const receiver = yield* webhookReceiver(
          secret,
          (key) => key.startsWith("slow") ? { keep: true, status: 200, afterMillis: 1500 } : ok
        )
        yield* Effect.gen(function*() {
          const webhook = yield* startAlertWebhook(optionsFor(receiver.url))
          const store = yield* AlertStore
          yield* store.upsert([alertVersion("slow", 1), alertVersion("slow", 2), alertVersion("quick", 1)])
          yield* store.upsert([alertVersion("quick", 2)])
          yield* Effect.repeat(Effect.sleep("10 millis"), {
            until: () => receiver.received().some(({ key }) => key === "quick/2")
          })
          assert.notInclude(receiver.received().map(({ key }) => key), "slow/2")
          yield* webhook.settle(10_000)
          assert.include(receiver.received().map(({ key }) => key), "slow/2")
        }).pipe(Effect.provide(services(directory)))
      }),
    20_000
  )

  it.live("parks what is refused, lets others by, and goes on with it after a restart", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      let broken = true
      const receiver = yield* webhookReceiver(
        secret,
        (key) => broken && key.startsWith("bad") ? { keep: false, status: key === "bad-1/1" ? 422 : 500 } : ok
      )
      const options = optionsFor(receiver.url, join(directory, "webhook.sqlite"))
      yield* Effect.gen(function*() {
        const webhook = yield* startAlertWebhook(options)
        const store = yield* AlertStore
        yield* store.upsert([
          alertVersion("bad-1", 1),
          alertVersion("bad-1", 2),
          alertVersion("bad-2", 1),
          alertVersion("good", 1)
        ])
        // Waits for all but what is parked, and what stands behind it.
        yield* webhook.settle(1000)
        assert.deepStrictEqual(receiver.received().map(({ key }) => key), ["good/1"])
        // Once what is refused, and as often as is allowed what fails.
        assert.strictEqual(receiver.requests(), 1 + 1 + options.attempts)
      }).pipe(Effect.provide(services(directory)))
      broken = false
      yield* Effect.gen(function*() {
        yield* (yield* startAlertWebhook(options)).settle(10_000)
      }).pipe(Effect.provide(services(directory)))
      assert.deepStrictEqual(
        receiver.received().map(({ key }) => key).toSorted(),
        ["bad-1/1", "bad-1/2", "bad-2/1", "good/1"]
      )
    }), 30_000)

  it.live(
    "killed at any point and started again, the receiver has every version of the topic exactly once",
    () =>
      Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        const receiver = yield* webhookReceiver(
          secret,
          (_, n) => n % 9 === 4 ? { keep: true, status: 0 } : n % 9 === 7 ? { keep: false, status: 500 } : ok
        )
        const program = resolve(import.meta.dirname, "../../../support/alertPublisher.ts")
        const total = 250
        const start = () =>
          spawn(process.execPath, [program, directory, String(total), receiver.url, secret], { stdio: "inherit" })
        const has = () => receiver.received().length
        for (const until of [30, 80, 150]) {
          const child = start()
          const gone = new Promise<void>((resume) => child.on("close", () => resume()))
          yield* Effect.repeat(Effect.sleep("2 millis"), { until: () => has() >= until || child.exitCode !== null })
          assert.isNull(child.exitCode)
          child.kill("SIGKILL")
          yield* Effect.promise(() => gone)
        }
        const last = start()
        const gone = new Promise<void>((resume) => last.on("close", () => resume()))
        yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => has() >= total || last.exitCode !== null })
        yield* Effect.sleep("500 millis")
        last.kill("SIGKILL")
        yield* Effect.promise(() => gone)
        const onTopic = yield* LogReader.use((log) => Stream.runCollect(readPages(log, alertsTopic))).pipe(
          Effect.provide(EmbeddedLogReader.layer(directory))
        )
        const keys = onTopic.map(({ headers, key }) => `${key}/${headers.sequence}`)
        assert.strictEqual(new Set(keys).size, total)
        assert.strictEqual(keys.length, total, "the topic itself holds each once")
        assert.deepStrictEqual(receiver.received().map(({ key }) => key).toSorted(), keys.toSorted())
        assert.strictEqual(receiver.unsigned(), 0)
      }),
    90_000
  )
})

describe("the signature", () => {
  it("is that of openssl, and of nothing else", () => {
    // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
    const body = Buffer.from("{\"a\":1}")
    const made = signatureOf("key", 1_700_000_000, body)
    assert.strictEqual(made, "t=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03")
    assert.isTrue(isSignature(made, "key", body, 1_700_000_100))
    assert.isFalse(isSignature(made, "key", body, 1_700_000_301))
    assert.isFalse(isSignature(made, "kex", body, 1_700_000_100))
    assert.isFalse(isSignature(made, "key", Buffer.from("{\"a\":2}"), 1_700_000_100))
    assert.isFalse(isSignature("undefined", "key", body, 1_700_000_100))
  })
})
