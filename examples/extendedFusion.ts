/**
 * Fusion with an operator of one's own behind it: of all alerts, those of one satellite, and only when its miss distance has become smaller. It is counted,
 * traced and followed as the others are, and its state survives a restart as theirs does.
 *
 *     npx node -C perigee-source examples/extendedFusion.ts
 */
import { Console, Effect, Layer, Result, Schema } from "effect"
import {
  type ConjunctionAlert,
  conjunctionPrimary,
  defaultRegistry,
  encodeRawRecordHeaders,
  makeScenario
} from "perigee/domain"
import { observationIdOf, observationsTopic, seededStart, syntheticCatalogue } from "perigee/domain"
import { AlertStore, DeadLettersMemory, GroupMember, MessageLog, StageRegistry } from "perigee/layers"
import {
  defaultFusionSettings,
  fromLog,
  fusion,
  observationEvents,
  sink,
  Stage,
  State,
  uncorrelatedTopic
} from "perigee/operators"

interface Nearer {
  readonly alertId: string
  readonly missMetres: number
}

/** State: the least miss distance of each alert, of the last 1,000. */
export const nearer = (satellite: string) =>
  Stage.stateful({
    name: "nearer",
    state: State.table<string, number>({ capacity: 1000, value: Schema.Finite }),
    onEvents: (least, events: ReadonlyArray<Stage.Envelope<ConjunctionAlert>>, emit: Stage.Emit<Nearer>) => {
      for (const event of events) {
        const { alertId, missDistanceMetres, objects } = event.payload
        if (!objects.includes(satellite)) emit.filtered(event, "another's")
        else if (missDistanceMetres >= (least.get(alertId) ?? Infinity)) emit.filtered(event, "no nearer")
        else {
          emit.evicted(least.set(alertId, missDistanceMetres))
          emit.out(event, { alertId, missMetres: missDistanceMetres })
        }
      }
    }
  })

const registry = defaultRegistry()
const sensors = [...registry.bySourceId.values()]
const scenario = Result.map(
  syntheticCatalogue({ seed: 7, start: seededStart, sensors, count: 20 }),
  ({ elements, planned }) => ({
    seed: 7,
    start: seededStart,
    durationMillis: 60_000,
    sensors,
    catalogue: elements,
    planned
  })
)

/** A minute of simulated observations through fusion and the operator: what it told, and the stages that ran. */
export const extendedFusion = Effect.gen(function*() {
  const options = yield* Effect.fromResult(scenario)
  const log = yield* MessageLog
  for (const name of [observationsTopic, uncorrelatedTopic]) yield* log.ensureTopic({ name, partitions: 1 })
  const records = Array.from(makeScenario(options).emissions, ({ bytes, sendAt, wire }) => ({
    key: wire,
    value: bytes,
    timestamp: sendAt,
    headers: encodeRawRecordHeaders({
      raw: { format: wire, source: wire, bytes, locator: "simulator" },
      observationId: observationIdOf(wire, bytes),
      receivedAt: sendAt,
      trace: undefined,
      key: wire,
      cursor: undefined
    })
  }))
  yield* log.append(observationsTopic, records)

  const told: Array<Nearer> = []
  const pipeline = fromLog({ ...observationEvents, group: "nearer", until: Effect.void })
    .via(fusion({
      registry,
      catalogue: new Map(options.catalogue.map((elements) => [elements.objectId, elements])),
      now: () => seededStart,
      alertSequences: new Map(),
      settings: { ...defaultFusionSettings, screenHorizonMillis: 3_600_000 }
    }))
    .via(nearer(String(conjunctionPrimary)))
    .to(sink({ name: "told", write: (alerts) => Effect.sync(() => void told.push(...alerts)) }))
  yield* pipeline.run
  return { told, stages: pipeline.graph.nodes.map(({ name }) => name) }
}).pipe(
  Effect.scoped,
  Effect.provide(
    Layer.mergeAll(AlertStore.layer, DeadLettersMemory.layer, StageRegistry.layer, GroupMember.layer).pipe(
      Layer.provideMerge(MessageLog.layerMemory)
    )
  )
)

if (import.meta.main) await Effect.runPromise(Effect.flatMap(extendedFusion, ({ told }) => Console.log(told)))
