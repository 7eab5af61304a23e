import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Observation } from "../../../src/domain/observation/Observation.ts"
import { makeCandidates } from "../../../src/domain/orbit/tracking/candidates.ts"
import type { Association } from "../../../src/domain/orbit/tracking/TrackUpdate.ts"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { envelope, progress, type SourcePosition, tick, watermark } from "../../../src/domain/stream/Envelope.ts"
import { alertsTopic, AlertStore } from "../../../src/layers/alerts/AlertStore.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { GroupMember } from "../../../src/layers/log/GroupMember.ts"
import { LogError, MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../src/layers/log/readPages.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { publish } from "../../../src/operators/fusion/alerts/publish.ts"
import { publishUncorrelated, uncorrelatedTopic } from "../../../src/operators/fusion/tracking/publishUncorrelated.ts"
import { commit } from "../../../src/operators/log/commit.ts"
import { arrays, collectArrays, collectItems, contextOf, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { alertVersion } from "../../support/alerts.ts"
import { layerFailing, type Outage } from "../../support/failingLog.ts"
import { observed } from "../../support/fusionRun.ts"

const countsOf = (stage: string) => Effect.map(StageRegistry, (registry) => registry.countsOf(stage))

const services = (outage: Outage) =>
  AlertStore.layer.pipe(Layer.provideMerge(layerFailing(outage)), Layer.merge(stageLayer))

/** Lets time pass until the effect is done: every wait is a retry. */
const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

describe("publish", () => {
  const versions = [alertVersion("a", 1), alertVersion("b", 1), alertVersion("a", 1), alertVersion("a", 2)]

  it.effect("delivers what is new and passes it on; the rest is filtered as stale", () =>
    Effect.gen(function*() {
      const out = yield* collectItems(arrays([events(versions)]).pipe(publish()))
      assert.deepStrictEqual(payloadsOf(out).map(({ alertId, sequence }) => [alertId, sequence]), [["a", 1], ["b", 1], [
        "a",
        2
      ]])
      assert.deepStrictEqual([...(yield* countsOf("publish")).filteredReasons], [["stale", 1]])
      assert.strictEqual((yield* Stream.runCollect(readPages(yield* MessageLog, alertsTopic))).length, 3)
    }).pipe(Effect.provide(services({ failures: 0, tried: [] }))))

  it.effect("a store that fails for a while is tried again; everything is delivered once and in order", () => {
    const outage: Outage = { failures: 4, tried: [] }
    return Effect.gen(function*() {
      const out = yield* patiently(collectItems(arrays([events(versions)]).pipe(publish())))
      assert.strictEqual(payloadsOf(out).length, 3)
      assert.strictEqual(outage.tried.length, 5)
      const topic = yield* Stream.runCollect(readPages(yield* MessageLog, alertsTopic))
      assert.deepStrictEqual(topic.map(({ headers, key }) => [key, headers.sequence]), [["a", "1"], ["b", "1"], [
        "a",
        "2"
      ]])
      assert.deepStrictEqual((yield* DeadLettersMemory).letters(), [])
    }).pipe(Effect.provide(services(outage)))
  })

  it.effect("past its budget an alert is a dead letter, never dropped in silence", () => {
    const outage: Outage = { failures: Infinity, tried: [] }
    return Effect.gen(function*() {
      const out = yield* patiently(collectItems(arrays([events(versions.slice(0, 2))]).pipe(publish())))
      assert.deepStrictEqual(payloadsOf(out), [])
      const letters = (yield* DeadLettersMemory).letters()
      assert.deepStrictEqual(letters.map(({ errorKind, operator, retryCount }) => [operator, errorKind, retryCount]), [
        ["publish", "RetryBudgetExhausted", 5],
        ["publish", "RetryBudgetExhausted", 5]
      ])
      assert.strictEqual((yield* countsOf("publish")).dead, 2)
    }).pipe(Effect.provide(services(outage)))
  })
})

describe("publishUncorrelated", () => {
  const { catalogue, observations } = observed({ seconds: 5, count: 10 })
  const [observation] = observations
  const [objectId = ""] = catalogue.keys()
  const estimate = makeCandidates(catalogue).estimateOf(objectId)
  if (observation === undefined || estimate === undefined) throw new Error("the scenario is empty")

  const uncorrelated = (reason: "unmatched" | "ambiguous", candidates: ReadonlyArray<string> = []): Association => ({
    _tag: "UncorrelatedObservation",
    observation,
    reason,
    candidates
  })
  const update: Association = {
    _tag: "TrackUpdate",
    objectId,
    estimate,
    observationTime: observation.sensorTimestamp,
    kind: "speculative",
    revises: false
  }
  const input: ReadonlyArray<Item<Association>> = [
    uncorrelated("unmatched"),
    update,
    uncorrelated("ambiguous", ["1", "2"])
  ].map((payload, i) => envelope(payload, contextOf(i)))

  const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({
    reason: Schema.String,
    candidates: Schema.Array(Schema.String),
    observation: Observation
  })))

  const ready = Effect.flatMap(MessageLog, (log) => log.ensureTopic({ name: uncorrelatedTopic, partitions: 1 }))

  const written = Effect.gen(function*() {
    const records = yield* Stream.runCollect(readPages(yield* MessageLog, uncorrelatedTopic))
    const values = yield* Effect.forEach(records, ({ value }) => decode(new TextDecoder().decode(value)))
    return values.map(({ candidates, observation, reason }, i) => [
      records[i]?.key,
      records[i]?.headers.reason,
      reason,
      candidates,
      observation.observationId
    ])
  })
  const expected = [
    [observation.sourceId, "unmatched", "unmatched", [], observation.observationId],
    [observation.sourceId, "ambiguous", "ambiguous", ["1", "2"], observation.observationId]
  ]

  it.effect("writes what belongs to no track, whole, counts it by reason, and passes the track updates on", () =>
    Effect.gen(function*() {
      yield* ready
      const out = yield* collectItems(arrays([input, [watermark(1)]]).pipe(publishUncorrelated()))
      assert.deepStrictEqual(payloadsOf(out), [update])
      assert.deepStrictEqual(yield* written, expected)
      const counts = yield* countsOf("uncorrelated")
      assert.deepStrictEqual([...counts.filteredReasons], [["unmatched", 1], ["ambiguous", 1]])
      assert.deepStrictEqual([counts.in, counts.processed, counts.filtered], [3, 1, 2])
    }).pipe(Effect.provide(services({ failures: 0, tried: [] }))))

  it.effect("a log that fails for a while is tried again; nothing is doubled, here or below", () =>
    Effect.gen(function*() {
      yield* ready
      const out = yield* patiently(collectItems(arrays([input]).pipe(publishUncorrelated())))
      assert.deepStrictEqual(payloadsOf(out), [update])
      assert.deepStrictEqual(yield* written, expected)
      assert.deepStrictEqual([...(yield* countsOf("uncorrelated")).filteredReasons], [["unmatched", 1], [
        "ambiguous",
        1
      ]])
    }).pipe(Effect.provide(services({ failures: 3, tried: [] }))))

  it.effect("when it fails for good, the track updates go on and the others are dead letters", () =>
    Effect.gen(function*() {
      yield* ready
      const out = yield* patiently(collectItems(arrays([input]).pipe(publishUncorrelated())))
      assert.deepStrictEqual(payloadsOf(out), [update])
      const letters = (yield* DeadLettersMemory).letters()
      assert.deepStrictEqual(letters.map(({ errorKind }) => errorKind), [
        "RetryBudgetExhausted",
        "RetryBudgetExhausted"
      ])
      assert.strictEqual((yield* countsOf("uncorrelated")).filtered, 0)
    }).pipe(Effect.provide(services({ failures: Infinity, tried: [] }))))
})

const committing = (commitPositions: GroupMember["Service"]["commit"]) =>
  Stream.provideService(GroupMember, {
    join: () => Effect.never,
    subscriptionOf: () => Effect.never,
    commit: commitPositions
  })

describe("commit", () => {
  const at = (offset: number): SourcePosition => ({ topic: "observations", partition: 0, offset })

  it.effect("commits a progress mark once what stands before it has passed; arrays and order kept", () =>
    Effect.gen(function*() {
      const log: Array<unknown> = []
      const [one, two] = events([1, 2])
      assert.isDefined(one)
      assert.isDefined(two)
      const seen = arrays<number>([[one, progress([at(1)]), two, tick(5)], [progress([at(2), at(3)])]])
      const out = yield* collectArrays(
        seen.pipe(commit<number>(), committing((positions) => Effect.sync(() => log.push(...positions))))
      )
      assert.deepStrictEqual(log, [at(1), at(2), at(3)])
      assert.deepStrictEqual(out, yield* collectArrays(seen.pipe(commit<number>(), committing(() => Effect.void))))
      assert.deepStrictEqual(out.map((part) => part.map((element) => element._tag)), [
        ["Event", "Progress", "Event", "Tick"],
        ["Progress"]
      ])
    }).pipe(Effect.provide(stageLayer)))

  const failing = (reason: LogError["reason"], times: number, done: Array<number>) => {
    let tries = 0
    return (positions: ReadonlyArray<SourcePosition>) =>
      Effect.suspend(() => {
        if (tries++ < times) return Effect.fail(new LogError({ reason, message: "not now" }))
        done.push(...positions.map(({ offset }) => offset))
        return Effect.void
      })
  }

  it.effect("is tried again while the log cannot be reached, and the pipeline waits for it", () =>
    Effect.gen(function*() {
      const done: Array<number> = []
      const out = yield* patiently(collectItems(
        arrays<number>([[progress([at(1)])], events([1]), [progress([at(2)])]])
          .pipe(commit<number>(), committing(failing("Unavailable", 3, done)))
      ))
      assert.deepStrictEqual(payloadsOf(out), [1])
      assert.deepStrictEqual(done, [1, 2])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("of what belongs to another now, or can never succeed, ends the pipeline: none is forgotten", () =>
    Effect.gen(function*() {
      for (const reason of ["PartitionNotOwned", "Fenced", "Invalid", "Corrupt"] as const) {
        const done: Array<number> = []
        const exit = yield* Effect.exit(collectItems(
          arrays<number>([[progress([at(1)])], events([1]), [progress([at(2)])]])
            .pipe(commit<number>(), committing(failing(reason, 1, done)))
        ))
        assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof LogError, reason)
        assert.deepStrictEqual(done, [])
      }
    }).pipe(Effect.provide(stageLayer)))
})
