/** What the contract's tests share: unique names, records, and a reader that waits. */
import { assert, type Vitest } from "@effect/vitest"
import { type Cause, type Duration, Effect, Exit, Scope, Stream } from "effect"
import {
  type LogError,
  type LogErrorReason,
  type LogRecord,
  MessageLog,
  type NewLogRecord,
  type SubscribeOptions,
  type Subscription
} from "../../../../src/layers/log/MessageLog.ts"

export interface ContractOptions {
  /** `exact`: retention removes record by record at once. `relaxed`: the engine may keep more (Kafka's segments). */
  readonly retention?: "exact" | "relaxed"
  /** How many random histories the property test runs (default 50). */
  readonly propertyRuns?: number
  /** Guard against a hanging test, not a promise of speed (default 20 s). */
  readonly guard?: Duration.Input
}

export type ContractTester = Vitest.MethodsNonLive<MessageLog>

export interface ContractSettings {
  readonly retention: "exact" | "relaxed"
  readonly propertyRuns: number
  readonly guard: Duration.Input
}

let sequence = 0
const runId = process.hrtime.bigint().toString(36)

/** A name that no other test, and no earlier run on the same engine, has used. */
export const uniqueName = (what: string): string => `${what}.${runId}.${sequence++}`

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const bytes = (text: string): Uint8Array => encoder.encode(text)
export const text = (record: LogRecord): string => decoder.decode(record.value)

/** A recent time: engines with time retention of their own must not remove what is stamped with it. */
export const now = Effect.clockWith((clock) => clock.currentTimeMillis)

export const record = (value: string, fields: Partial<NewLogRecord> = {}): NewLogRecord => ({
  key: undefined,
  value: bytes(value),
  headers: {},
  timestamp: 1_800_000_000_000,
  ...fields
})

/** `count` records `prefix0`, `prefix1`, ... for one partition. */
export const numbered = (count: number, partition: number, prefix = ""): ReadonlyArray<NewLogRecord> =>
  Array.from({ length: count }, (_, i) => record(`${prefix}${i}`, { partition }))

/** Creates a topic of its own for a test and gives its name. */
export const newTopic = Effect.fnUntraced(function*(partitions: number, fields: Partial<{
  retentionMillis: number
  retentionBytes: number
}> = {}) {
  const log = yield* MessageLog
  const name = uniqueName("topic")
  yield* log.ensureTopic({ name, partitions, ...fields })
  return name
})

export const expectFailure = Effect.fnUntraced(
  function*<A, R>(effect: Effect.Effect<A, LogError, R>, reason: LogErrorReason) {
    const error = yield* Effect.flip(effect)
    assert.strictEqual(error.reason, reason, error.message)
    return error
  }
)

/** Waits until `condition` holds. */
export const eventually = <E, R>(condition: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function*() {
    while (!(yield* condition)) yield* Effect.sleep(10)
  })

export interface Member extends Subscription {
  readonly pull: Effect.Effect<ReadonlyArray<LogRecord>, LogError | Cause.Done>
  /** Pulls until at least `count` records came; gives the arrays as they came. */
  arrays(count: number): Effect.Effect<ReadonlyArray<ReadonlyArray<LogRecord>>, LogError | Cause.Done>
  take(count: number): Effect.Effect<ReadonlyArray<LogRecord>, LogError | Cause.Done>
  /** Leaves the group. */
  readonly leave: Effect.Effect<void>
}

/** Joins a group with a scope of its own, closed by `leave` or by the test's end. */
export const join = Effect.fnUntraced(function*(options: SubscribeOptions) {
  const log = yield* MessageLog
  const outer = yield* Effect.scope
  const scope = yield* Scope.fork(outer)
  const subscription = yield* Scope.provide(log.subscribe(options), scope)
  const pull = yield* Scope.provide(Stream.toPull(subscription.records), scope)
  const arrays: Member["arrays"] = Effect.fnUntraced(function*(count) {
    const taken: Array<ReadonlyArray<LogRecord>> = []
    for (let seen = 0; seen < count;) {
      const array = yield* pull
      taken.push(array)
      seen += array.length
    }
    return taken
  })
  const member: Member = {
    ...subscription,
    pull,
    arrays,
    take: (count) => Effect.map(arrays(count), (taken) => taken.flat()),
    leave: Scope.close(scope, Exit.void)
  }
  return member
})

/** Waits until `members` own all of `partitions` between them, each owned once. */
export const settled = (members: ReadonlyArray<Subscription>, partitions: number): Effect.Effect<void> =>
  eventually(Effect.gen(function*() {
    const owned: Array<number> = []
    for (const member of members) {
      const assignment = yield* member.assignment
      if (assignment.length === 0) return false
      owned.push(...assignment)
    }
    return owned.length === partitions && new Set(owned).size === partitions
  }))

/** The position after a record: what a consumer commits when it is done with it. */
export const after = (record: LogRecord) => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset + 1
})

/** A record with its bytes as numbers, to compare. */
export const plain = (record: LogRecord) => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  key: record.key,
  value: Array.from(record.value),
  headers: record.headers,
  timestamp: record.timestamp
})
