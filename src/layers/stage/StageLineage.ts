/** The lineage of events: where it begins, what each stage adds, and where it is handed in. */
import { Context, Effect, Layer } from "effect"
import { lineageRecord, mostParents } from "../../domain/lineage/LineageRecord.ts"
import type { EventContext, Hop, JoinedInputs, Lineage } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { LineageStore } from "../lineage/LineageStore.ts"
import { LineageSampler } from "./LineageSampler.ts"

/** An event, or what became of it, that leaves the pipeline. */
export interface LineageEnd {
  readonly kind: string
  /** Of the output, if it is not the event's own. */
  readonly id: string | undefined
  readonly context: EventContext
}

interface LineageHooks {
  /** Whether the lineage of an event fresh from its source is followed, and where it begins. */
  readonly begin: (id: string, sampled: boolean) => Lineage | undefined
  /** The lineage of an output; `undefined` for none. Called for events that are followed, and at fan-in. */
  readonly append: (
    stage: string,
    event: EventContext,
    parents: ReadonlyArray<EventContext>,
    parentCount: number,
    at: UtcTime
  ) => Lineage | undefined
  /**
   * The lineage of an output that is kept whatever the ratio. Of an event that nobody followed it begins with the stages that the event
   * passed, as the flight recorder knows them. `at` and `wallOffset`: now, and what makes monotonic nanoseconds UTC nanoseconds.
   */
  readonly join: (
    stage: string,
    event: EventContext,
    hop: Hop | undefined,
    joined: JoinedInputs,
    at: UtcTime,
    wallOffset: bigint
  ) => Lineage | undefined
  /** Takes in what leaves the pipeline in this stage, if it is followed. */
  readonly end: (stage: string, ended: LineageEnd, at: UtcTime) => void
}

/** Follows what is sampled and what `follows` says; hands nothing in. */
const following = (follows: (id: string) => boolean): LineageHooks => ({
  begin: (id, sampled) => sampled || follows(id) ? "source" : undefined,
  append: (stage, event, parents, parentCount, at) =>
    event.lineage === undefined ? undefined : {
      operator: stage,
      at,
      parents: parents.length === 1 ? [event.id] : parents.slice(0, mostParents).map((parent) => parent.id),
      parentCount,
      previous: event.lineage
    },
  join: (stage, event, hop, joined, at, wallOffset) => ({
    operator: stage,
    at,
    parents: joined.inputs.slice(0, mostParents).map(({ id }) => id),
    parentCount: joined.count,
    joined,
    previous: event.lineage ?? passedBy(event.id, hop, wallOffset)
  }),
  end: () => {}
})

/** A step per stage that was passed, at the time at which it was left. */
const passedBy = (id: string, hop: Hop | undefined, wallOffset: bigint): Lineage =>
  hop === undefined ? "source" : {
    operator: hop.stage,
    at: Number((hop.exit + wallOffset) / 1000n) / 1000,
    parents: [id],
    parentCount: 1,
    previous: passedBy(id, hop.previous, wallOffset)
  }

/** What the newest step with inputs joined. */
const joinedIn = (lineage: Lineage): JoinedInputs | undefined => {
  for (let step = lineage; step !== "source"; step = step.previous) if (step.joined !== undefined) return step.joined
  return undefined
}

/** By default nobody follows anything. */
export class StageLineage extends Context.Reference<LineageHooks>("perigee/layers/stage/StageLineage", {
  defaultValue: () => ({
    begin: () => undefined,
    append: (_stage, event) => event.lineage,
    join: (_stage, event) => event.lineage,
    end: () => {}
  })
}) {
  /** One step per stage; of a fan-in the first four parents are named and all are counted. `follows`: which ids, beside what is sampled. */
  static readonly layerWith = (follows: (id: string) => boolean) => Layer.succeed(StageLineage, following(follows))

  /** Follows what is sampled. */
  static readonly layer = StageLineage.layerWith(() => false)

  /**
   * Follows what is sampled and what the {@link LineageSampler} keeps, and offers what leaves the pipeline to the {@link LineageStore}, if the
   * sampler keeps it.
   */
  static readonly layerStore = Layer.effect(
    StageLineage,
    Effect.gen(function*() {
      const { keeps } = yield* LineageSampler
      const { offer } = yield* LineageStore
      const hooks = following((id) => keeps(id, "observation"))
      return {
        ...hooks,
        end: (stage: string, { context, id, kind }: LineageEnd, at: UtcTime) => {
          if (context.lineage === undefined || !keeps(id ?? context.id, kind)) return
          const joined = joinedIn(context.lineage)
          offer([lineageRecord({
            kind,
            context: { ...context, lineage: hooks.append(stage, context, [context], 1, at) },
            ...(id !== undefined && { id }),
            ...(joined !== undefined && { inputs: joined.inputs, inputCount: joined.count })
          })])
        }
      }
    })
  )
}
