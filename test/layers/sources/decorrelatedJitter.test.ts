import { expect, it } from "@effect/vitest"
import { Duration, Effect, Random, Schedule } from "effect"
import { decorrelatedJitter } from "../../../src/layers/sources/decorrelatedJitter.ts"

const delays = (seed: string) =>
  Effect.gen(function*() {
    const step = yield* Schedule.toStep(decorrelatedJitter("100 millis", "2 seconds"))
    const drawn: Array<number> = []
    for (let index = 0; index < 200; index++) drawn.push(Duration.toMillis((yield* step(0, undefined))[1]))
    return drawn
  }).pipe(Random.withSeed(seed))

it.effect("each delay is from the base to three times the last, never over the cap, and depends on the seed alone", () =>
  Effect.gen(function*() {
    const drawn = yield* delays("a")
    let previous = 100
    for (const delay of drawn) {
      expect(delay).toBeGreaterThanOrEqual(100)
      expect(delay).toBeLessThanOrEqual(Math.min(2000, previous * 3))
      previous = delay
    }
    expect(new Set(drawn).size).toBeGreaterThan(20)
    expect(drawn).toContain(2000)
    expect(yield* delays("a")).toEqual(drawn)
    expect(yield* delays("b")).not.toEqual(drawn)
  }))
