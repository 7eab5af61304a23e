/**
 * A source of one's own: whatever a library pushes into a callback, through a bounded queue, as the head of a pipeline. An event keeps the id that its record
 * has, so that a record which comes twice is one event.
 *
 *     npx node -C perigee-source examples/ownSource.ts
 */
import { Array, Cause, Console, Effect, Layer, Queue, Stream } from "effect"
import { observationIdOf } from "perigee/domain"
import { DeadLettersMemory, StageRegistry } from "perigee/layers"
import { dedupe, Pipeline, sink, source } from "perigee/operators"

/** A line as a receiver hands it over. */
interface Line {
  readonly text: string
  readonly at: number
}

/** What some library gives: it calls back, and waits for nobody. */
export interface Receiver {
  readonly listen: (onLine: (line: Line) => void, onEnd: () => void) => () => void
}

const utf8 = new TextEncoder()

/** Holds at most `capacity` lines; those that find no room are counted by `dropped`. */
const linesOf = (receiver: Receiver, capacity: number, dropped: () => void): Stream.Stream<Line> =>
  Stream.unwrap(Effect.gen(function*() {
    const queue = yield* Queue.bounded<Line, Cause.Done>(capacity)
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        receiver.listen((line) => {
          if (!Queue.offerUnsafe(queue, line)) dropped()
        }, () => Queue.endUnsafe(queue))
      ),
      (close) => Effect.sync(close)
    )
    return Stream.fromPull(Effect.succeed(
      Effect.filterOrElse(Queue.takeBetween(queue, 1, 256), Array.isArrayNonEmpty, () => Cause.done())
    ))
  }))

/** The distinct lines of a receiver, and how many found no room. */
export const received = (receiver: Receiver, capacity = 1024) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    let dropped = 0
    yield* Pipeline.from(
      linesOf(receiver, capacity, () => dropped++).pipe(
        source({
          name: "receiver",
          eventTime: ({ at }) => at,
          outOfOrdernessMillis: 1000,
          id: ({ at, text }) => observationIdOf("receiver", utf8.encode(`${at} ${text}`))
        })
      ),
      "receiver"
    )
      .via(dedupe({ key: ({ at, text }: Line) => `${at} ${text}`, ttlMillis: 60_000, capacity: 1000 }))
      .to(
        sink({ name: "lines", write: (array) => Effect.sync(() => void lines.push(...array.map(({ text }) => text))) })
      )
      .run
    return { lines, dropped }
  }).pipe(Effect.provide(Layer.merge(DeadLettersMemory.layer, StageRegistry.layer)))

if (import.meta.main) {
  const twice: Receiver = {
    listen: (onLine, onEnd) => {
      for (const at of [1, 2, 2, 3]) onLine({ text: `beep ${at}`, at })
      onEnd()
      return () => undefined
    }
  }
  await Effect.runPromise(Effect.flatMap(received(twice), Console.log))
}
