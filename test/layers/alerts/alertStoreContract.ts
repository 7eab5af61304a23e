/** The contract of `AlertStore`, over any message log and table. Every test has alerts of its own, so one log serves all of them. */
import { assert, layer as withLayer } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import type { ConjunctionAlert } from "../../../src/domain/alert/ConjunctionAlert.ts"
import { alertsTopic, AlertStore } from "../../../src/layers/alerts/AlertStore.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../src/layers/log/readPages.ts"
import { alertVersion as versionOf } from "../../support/alerts.ts"

const started = Date.now()

/** A version emitted now, of an approach in an hour. */
const alertVersion = (alertId: string, sequence: number, fields: Partial<ConjunctionAlert> = {}): ConjunctionAlert =>
  versionOf(alertId, sequence, { emittedAt: started + sequence, tca: started + 3_600_000, ...fields })

const days = 86_400_000

/** A store made anew over the log of the test: what a restart would see. */
const reopened = Effect.gen(function*() {
  const context = yield* Layer.build(Layer.fresh(AlertStore.layer))
  return yield* Effect.provideContext(AlertStore, context)
})

const topicOf = (alertId: string) =>
  Effect.gen(function*() {
    const records = yield* Stream.runCollect(readPages(yield* MessageLog, alertsTopic))
    return records.filter(({ key }) => key === alertId)
  })

let id = 0
const unique = () => `alert-${process.hrtime.bigint()}-${id++}`

export const alertStoreContract = <E>(name: string, layer: Layer.Layer<MessageLog, E>): void =>
  withLayer(Layer.provideMerge(AlertStore.layer, layer), { excludeTestServices: true })(
    `AlertStore contract: ${name}`,
    (it) => {
      it.effect("an upsert is idempotent: the same version is delivered once", () =>
        Effect.gen(function*() {
          const store = yield* AlertStore
          const alertId = unique()
          const version = alertVersion(alertId, 1)
          assert.deepStrictEqual(yield* store.upsert([version]), [version])
          assert.deepStrictEqual(yield* store.upsert([version]), [])
          assert.deepStrictEqual(yield* store.upsert([{ ...version, missDistanceMetres: 1 }]), [])
          assert.deepStrictEqual(store.current().get(alertId), version)
          assert.strictEqual((yield* topicOf(alertId)).length, 1)
        }))

      it.effect("strictly greater wins; gaps are no matter", () =>
        Effect.gen(function*() {
          const store = yield* AlertStore
          const alertId = unique()
          const [two, one, seven] = [2, 1, 7].map((sequence) => alertVersion(alertId, sequence))
          assert.isDefined(two)
          assert.isDefined(one)
          assert.isDefined(seven)
          assert.deepStrictEqual(yield* store.upsert([two]), [two])
          assert.deepStrictEqual(yield* store.upsert([one]), [])
          assert.deepStrictEqual(yield* store.upsert([seven]), [seven])
          assert.deepStrictEqual(store.current().get(alertId), seven)
        }))

      it.effect("of one call, each version that is newer than those before it is delivered, in order", () =>
        Effect.gen(function*() {
          const store = yield* AlertStore
          const [a, b] = [unique(), unique()]
          const versions = [
            alertVersion(a, 1),
            alertVersion(b, 5),
            alertVersion(a, 3),
            alertVersion(a, 2),
            alertVersion(a, 3)
          ]
          const delivered = yield* store.upsert(versions)
          assert.deepStrictEqual(delivered.map(({ alertId, sequence }) => [alertId, sequence]), [[a, 1], [b, 5], [
            a,
            3
          ]])
          assert.deepStrictEqual((yield* topicOf(a)).map(({ headers }) => headers.sequence), ["1", "3"])
        }))

      it.effect("nothing to deliver is no append", () =>
        Effect.gen(function*() {
          const store = yield* AlertStore
          assert.deepStrictEqual(yield* store.upsert([]), [])
        }))

      it.effect("is rebuilt from the topic: the same alerts, and what was delivered is not delivered again", () =>
        Effect.gen(function*() {
          const store = yield* AlertStore
          const alertId = unique()
          const last = alertVersion(alertId, 3, { level: "expired", final: true, conditions: ["a", "b"] })
          yield* store.upsert([alertVersion(alertId, 1), last])
          const again = yield* reopened
          assert.deepStrictEqual(new Map(again.current()), new Map(store.current()))
          assert.deepStrictEqual(again.current().get(alertId), last)
          assert.deepStrictEqual(yield* again.upsert([alertVersion(alertId, 3)]), [])
          const next = alertVersion(alertId, 4)
          assert.deepStrictEqual(yield* again.upsert([next]), [next])
        }).pipe(Effect.scoped))

      it.effect("a record of the topic that is no alert is passed over", () =>
        Effect.gen(function*() {
          const log = yield* MessageLog
          const alertId = unique()
          const value = new TextEncoder().encode("{\"schemaVersion\":99}")
          yield* log.append(alertsTopic, [{ key: alertId, value, headers: {}, timestamp: 1_700_000_000_000 }])
          assert.isFalse((yield* reopened).current().has(alertId))
        }).pipe(Effect.scoped))

      it.effect("what another process delivers is seen, and not delivered again", () =>
        Effect.gen(function*() {
          const mine = yield* AlertStore
          const other = yield* reopened
          const alertId = unique()
          const [one, two] = [alertVersion(alertId, 1), alertVersion(alertId, 2)]
          yield* other.upsert([one, two])
          while (mine.current().get(alertId)?.sequence !== 2) yield* Effect.sleep("20 millis")
          assert.deepStrictEqual(yield* mine.upsert([two]), [])
          assert.lengthOf(yield* topicOf(alertId), 2)
        }).pipe(Effect.timeout("10 seconds"), Effect.scoped))

      it.effect("what is closed, or passed without being closed, leaves after the retention; the topic keeps it", () =>
        Effect.gen(function*() {
          const store = yield* AlertStore
          const past = { emittedAt: started - 15 * days, tca: started - 14 * days - 1 }
          const leaving = [
            alertVersion(unique(), 1, { ...past, level: "cleared", tca: started + days }),
            alertVersion(unique(), 1, { ...past, level: "expired" }),
            alertVersion(unique(), 1, { ...past, level: "withdrawn" }),
            alertVersion(unique(), 1, { ...past, level: "action" })
          ]
          const staying = [
            alertVersion(unique(), 1, { ...past, level: "action", tca: started - 13 * days }),
            alertVersion(unique(), 1, { ...past, level: "expired", emittedAt: started - 13 * days })
          ]
          yield* store.upsert([...leaving, ...staying])
          while (leaving.some(({ alertId }) => store.current().has(alertId))) yield* Effect.sleep("20 millis")
          for (const each of [store, yield* reopened]) {
            assert.deepStrictEqual(
              leaving.map(({ alertId }) => each.current().get(alertId)),
              leaving.map(() => undefined)
            )
            assert.deepStrictEqual(staying.map(({ alertId }) => each.current().get(alertId)), staying)
          }
          for (const { alertId } of leaving) assert.lengthOf(yield* topicOf(alertId), 1)
        }).pipe(Effect.timeout("10 seconds"), Effect.scoped))

      const Sequences = Schema.Array(
        Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))).check(Schema.isMaxLength(6))
      ).check(Schema.isMaxLength(6))

      it.effect.prop(
        "the topic holds strictly increasing sequences, ending with the greatest offered, whatever is repeated",
        { calls: Sequences },
        ({ calls }) =>
          Effect.gen(function*() {
            const store = yield* AlertStore
            const alertId = unique()
            const delivered: Array<ConjunctionAlert> = []
            for (const call of calls) {
              for (const version of yield* store.upsert(call.map((n) => alertVersion(alertId, n)))) {
                delivered.push(version)
              }
            }
            const sequences = (yield* topicOf(alertId)).map(({ headers }) => Number(headers.sequence))
            assert.deepStrictEqual(delivered.map(({ sequence }) => sequence), sequences)
            assert.deepStrictEqual(sequences, [...new Set(sequences)].toSorted((a, b) => a - b))
            const all = calls.flat()
            assert.strictEqual(sequences.at(-1), all.length === 0 ? undefined : Math.max(...all))
          }),
        { arbitrary: { runs: 20 } }
      )
    }
  )
