/** A pipeline over one durable log through several lives: each is cut short somewhere, and the next goes on from what was committed. */
import { Cause, Data, Effect, Exit, Fiber, Layer, Stream } from "effect"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { GroupMember } from "../../../src/layers/log/GroupMember.ts"
import { type LogError, MessageLog, type NewLogRecord } from "../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../src/layers/log/readPages.ts"
import { type PipelineSnapshot, StageState } from "../../../src/layers/stage/StageState.ts"
import { CommitUnits } from "../../../src/layers/units/CommitUnits.ts"
import { TaskUnits } from "../../../src/layers/units/TaskUnits.ts"
import { commit } from "../../../src/operators/log/commit.ts"
import { fromLog } from "../../../src/operators/log/fromLog.ts"
import { toLog } from "../../../src/operators/log/toLog.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import type { Operator, StageServices } from "../../../src/operators/stage/Stage.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** How a life ends: at this event (counted in the life), at this commit before or after it is made, stopped, or with its input. */
export type Life =
  | { readonly ends: "at event" | "before commit" | "after commit"; readonly at: number }
  | { readonly ends: "stop" | "input" }

class Killed extends Data.TaggedError("Killed")<{}> {}

export interface Reading {
  readonly n: number
  readonly at: number
}

export const recordOf = (reading: Reading): NewLogRecord => ({
  key: undefined,
  value: utf8.encode(JSON.stringify(reading)),
  headers: {},
  timestamp: reading.at
})

const readingOf = (value: Uint8Array): Reading => JSON.parse(text.decode(value))

const written = (payload: unknown): NewLogRecord => ({
  key: undefined,
  value: utf8.encode(JSON.stringify(payload)),
  headers: {},
  timestamp: 0
})

export interface Schedule {
  /** Most records in an array. */
  readonly arrays: number
  /** A unit is asked for behind each event whose number divides by it. */
  readonly unitEvery: number
}

/** What an operator made of the topic `in`, as it stands in the topic `out`. */
export const outputs = Effect.flatMap(
  MessageLog,
  (log) => Effect.map(Stream.runCollect(readPages(log, "out")), (all) => all.map(({ value }) => text.decode(value)))
)

/** One life. Gives how it ended, and the state of the stages where it was not killed. */
export const live = <B>(
  operator: Operator<Reading, B, never, StageServices>,
  life: Life,
  { arrays, unitEvery }: Schedule
): Effect.Effect<PipelineSnapshot | "killed", LogError, MessageLog> =>
  Effect.gen(function*() {
    let events = 0
    let commits = 0
    const log = yield* MessageLog
    const killing = MessageLog.of({
      ...log,
      ...(log.units !== undefined && {
        units: {
          ...log.units,
          commit: (unit) => {
            const isLast = (life.ends === "before commit" || life.ends === "after commit") && ++commits === life.at
            const committed = log.units?.commit(unit) ?? Effect.die("no units")
            if (!isLast) return committed
            return life.ends === "before commit"
              ? Effect.die(new Killed())
              : Effect.andThen(committed, Effect.die(new Killed()))
          }
        }
      })
    })
    const through = Stage.effectful<B, B, never, never>({
      name: "through",
      step: Effect.fnUntraced(function*(batch, emit) {
        const units = yield* CommitUnits
        for (const event of batch) {
          events++
          if (life.ends === "at event" && events === life.at) return yield* Effect.die(new Killed())
          if (events % unitEvery === 0) units?.hurry()
          emit.out(event, event.payload)
        }
      })
    })
    const pipeline = fromLog({
      topic: "in",
      group: "test",
      maxRecords: arrays,
      read: ({ value }) => ({ payload: readingOf(value), eventTime: readingOf(value).at }),
      until: Effect.succeed(life.ends === "stop" ? "stop" : "end")
    }).via(operator).via(through).via(toLog({ topic: "out", record: written, traced: false })).to(commit())
    return yield* Effect.gen(function*() {
      const state = yield* StageState
      const fiber = yield* Effect.forkChild(pipeline.run)
      const exit = yield* Fiber.await(fiber)
      if (Exit.isSuccess(exit)) return state.snapshot()
      const error = Cause.squash(exit.cause)
      if (error instanceof Killed) return "killed" as const
      return yield* Effect.die(error)
    }).pipe(
      Effect.provide(
        Layer.mergeAll(GroupMember.layer, DeadLettersMemory.layer, TaskUnits.layer({ task: "test", every: "1 hour" }))
          .pipe(
            Layer.provideMerge(Layer.succeed(MessageLog, killing))
          )
      ),
      Effect.scoped
    )
  }).pipe(Effect.provide(stageLayer))
