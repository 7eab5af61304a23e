/** What every way of screening a catalogue has to do. */
import { assert, layer as withLayer } from "@effect/vitest"
import { Effect, Fiber, type Layer, Stream } from "effect"
import { revPerDay } from "../../../src/domain/orbit/catalogue/MeanElements.ts"
import { makePropagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import { screenSlice } from "../../../src/domain/orbit/screening/screen.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { Screening } from "../../../src/layers/screening/Screening.ts"
import { synthetic } from "../../support/scenario.ts"

const hour = 3_600_000
const { elements, planned } = synthetic(7, undefined, 80)
const threshold = 100_000
const span = { from: seededStart + 600_000, to: seededStart + 2.5 * hour }

export const screeningContract = <E>(name: string, layer: Layer.Layer<never, E>) =>
  withLayer(layer, { excludeTestServices: true, timeout: "30 seconds" })(`Screening contract: ${name}`, (it) => {
    it.effect("slices come nearest first, cut at whole hours, and hold what screening in one go holds", () =>
      Effect.gen(function*() {
        const { objects, slices } = yield* (yield* Screening).open({ elements, threshold })
        const seen = yield* Stream.runCollect(slices(span))
        assert.deepStrictEqual(
          seen.map(({ from, to }) => [(from - seededStart) / hour, (to - seededStart) / hour]),
          [[1 / 6, 1], [1, 2], [2, 2.5]]
        )
        for (const { from, result, to } of seen) {
          assert.deepStrictEqual(result, screenSlice(objects, from, to, { threshold }))
        }
        assert.isAbove(seen.flatMap(({ result }) => result.events).length, 10)
      }))

    it.effect("the first slice is there before the last is asked for", () =>
      Effect.gen(function*() {
        const { slices } = yield* (yield* Screening).open({ elements, threshold })
        const [first] = yield* Stream.runCollect(
          Stream.take(slices({ from: seededStart, to: seededStart + 1e6 * hour }), 1)
        )
        assert.strictEqual(first?.to, seededStart + hour)
      }))

    it.effect("one object against all gives what its slices give", () =>
      Effect.gen(function*() {
        const { objects, screenObject, slices } = yield* (yield* Screening).open({ elements, threshold })
        const seen = yield* Stream.runCollect(slices(span))
        const own = objects.find(({ objectId }) => objectId === planned.primary)
        assert.isDefined(own)
        const expected = seen.flatMap(({ result }) => result.events)
          .filter(({ a, b }) => a === planned.primary || b === planned.primary)
        assert.isAbove(expected.length, 0)
        // From other guesses: the same root of r·v, to what a clock of microseconds resolves.
        const { events: found } = yield* screenObject(own, span)
        assert.deepStrictEqual(found.map(({ a, b }) => [a, b]), expected.map(({ a, b }) => [a, b]))
        for (const [i, { missDistance, tca }] of found.entries()) {
          assert.approximately(tca, expected[i]?.tca ?? 0, 0.01)
          assert.approximately(missDistance, expected[i]?.missDistance ?? 0, 0.001)
        }
        // By its states alone, whatever its name: now also against itself, at every time.
        const stranger = { ...own, objectId: "99999" }
        const others = (yield* screenObject(stranger, span)).events.filter(({ a, b }) =>
          a !== planned.primary && b !== planned.primary
        )
        assert.deepStrictEqual(others.map(({ tca }) => Math.round(tca)), expected.map(({ tca }) => Math.round(tca)))
      }))

    it.effect("who asks for a slice that is worked on waits for the same", () =>
      Effect.gen(function*() {
        const { slice } = yield* (yield* Screening).open({ elements, threshold })
        const hourOf = { from: seededStart, to: seededStart + hour }
        const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(slice(hourOf)))
        const [first, ...rest] = yield* Effect.forEach(fibers, Fiber.join)
        for (const other of rest) assert.strictEqual(other.result, first?.result)
      }))

    it.effect("what is let go of is screened again, to the same result", () =>
      Effect.gen(function*() {
        const { slice } = yield* (yield* Screening).open({ elements, threshold, keptSlices: 1 })
        const before = yield* slice({ from: seededStart, to: seededStart + hour })
        yield* slice({ from: seededStart + hour, to: seededStart + 2 * hour })
        assert.deepStrictEqual(yield* slice({ from: seededStart, to: seededStart + hour }), before)
      }))

    it.effect("objects that cannot be propagated are told and left out", () =>
      Effect.gen(function*() {
        const [one] = elements
        assert.isDefined(one)
        const bad = { ...one, objectId: "88888", eccentricity: 0.9999, meanMotion: 16 * revPerDay }
        assert.strictEqual(makePropagator(bad)._tag, "Failure")
        const { objects, refused, slice } = yield* (yield* Screening).open({ elements: [bad, ...elements], threshold })
        assert.deepStrictEqual(refused.map(({ objectId }) => objectId), ["88888"])
        assert.strictEqual(objects.length, elements.length)
        const { result } = yield* slice({ from: seededStart, to: seededStart + hour })
        assert.isAbove(result.events.length, 0)
      }))

    it.effect("an interrupted screening leaves the others alone", () =>
      Effect.gen(function*() {
        const { slice } = yield* (yield* Screening).open({ elements, threshold })
        const fiber = yield* Effect.forkChild(slice({ from: seededStart, to: seededStart + hour }))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        const { result } = yield* slice({ from: seededStart, to: seededStart + hour })
        assert.isAbove(result.events.length, 0)
      }))
  })
