/** What someone writes who depends on the package: an operator of their own in a pipeline, with the services in memory. */
import { Effect, Layer, Option, Stream } from "effect"
import { elementsOf, envelope, itemsOf, observationIdOf, traceIdOf, UtcTime } from "perigee/domain"
import { DeadLettersMemory, MessageLog, StageRegistry } from "perigee/layers"
import { Stage } from "perigee/operators"

const shoutShortWords = Stage.andThen(
  Stage.filter("short", (word: string) => word.length < 6),
  Stage.map("shout", (word: string) => word.toUpperCase())
)

// @ts-expect-error the types are there: an operator on text takes no numbers
export const wrong: Stage.Operator<number, string, never, Stage.StageServices> = shoutShortWords

const time = UtcTime.parse("2026-01-01T00:00:00Z") ?? 0

const events = ["radar", "optical", "isl"].map((word) => {
  const id = observationIdOf("words", new TextEncoder().encode(word))
  return envelope(word, {
    id,
    sourceId: "words",
    sourceKind: "radar",
    eventTime: time,
    ingestTime: time,
    position: undefined,
    trace: { traceId: traceIdOf(id), spanId: undefined, sampled: false, traceState: undefined },
    lineage: undefined,
    raw: undefined
  })
})

const program = Effect.gen(function*() {
  const out = yield* Stream.fromIterable(elementsOf(events)).pipe(shoutShortWords, Stream.runCollect)
  return {
    stages: shoutShortWords.stages.map(({ name }) => name),
    words: itemsOf(out).flatMap((element) => element._tag === "Event" ? [element.payload] : []),
    time: UtcTime.format(time),
    log: Option.isSome(yield* Effect.serviceOption(MessageLog)) ? "some" : "none"
  }
})

const services = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer)

console.log(JSON.stringify(await Effect.runPromise(Effect.provide(program, services))))
