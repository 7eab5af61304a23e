/** A pure stage at work: its step and what surrounds it, one array at a time, without a stream. */
import { Data, Effect } from "effect"
import { type Batch, envelopesOf, single } from "../../../domain/stream/Batch.ts"
import type { Control } from "../../../domain/stream/Envelope.ts"
import type { StageSnapshot, StateHandle } from "../../../layers/stage/StageState.ts"
import type { ColumnsStep, ColumnStep } from "../Step.ts"
import type { Collector } from "./Collector.ts"
import { makeProcess, type Process } from "./Process.ts"
import { makeRuntime, type StageServices } from "./runtime.ts"
import { toEffect } from "./toEffect.ts"

/** A bug in a step. Not retried; ends the pipeline and names the stage. */
export class StageDefect extends Data.TaggedError("StageDefect")<{
  readonly stage: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `stage ${this.stage}: ${
      this.cause instanceof Error ? this.cause.stack ?? this.cause.message : String(this.cause)
    }`
  }
}

/** What a stage does with the parts of an array. */
interface Parts<A, B> {
  readonly onBatch: (batch: Batch<A>, collector: Collector<B>) => void
  readonly onControl: (control: Control, collector: Collector<B>) => void
}

const processOf = <A, B>(
  name: string,
  parts: (open: (handle: StateHandle) => StageSnapshot | undefined) => Parts<A, B>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  Effect.map(makeRuntime<B>(name), ({ begin, chaosPoint, collector, counts, finish, state }) => {
    const { onBatch, onControl } = parts((handle) => state.open(name, handle))
    const process = makeProcess<A, B>([counts], (elements) => {
      try {
        begin(elements, true)
        for (const element of elements) {
          if (element._tag === "Batch") onBatch(element, collector)
          else onControl(element, collector)
        }
      } catch (cause) {
        return Effect.die(new StageDefect({ stage: name, cause }))
      }
      return finish()
    })
    const chaos = chaosPoint<A>()
    return chaos === undefined
      ? process
      : makeProcess([counts], (elements) => Effect.flatMap(chaos(elements), (left) => toEffect(process(left))))
  })

/** Builds the process of a stateful stage: its state begins here, or where it was left. */
export const makeStateful = <A, B, S, R>(
  name: string,
  step: ColumnsStep<A, B, S, R>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  processOf<A, B>(name, (open) => {
    const { assignsWatermarks = false, onBarrier, onBatch, onProgress, onTick, onWatermark } = step
    const state = startState(name, step, open)
    return {
      onBatch: (batch, collector) => onBatch(state, batch, collector),
      onControl: (control, collector) => {
        if (control._tag === "Watermark") {
          onWatermark?.(state, control.time, collector)
          if (assignsWatermarks) return
        } else if (control._tag === "Tick") onTick?.(state, control.now, collector)
        else if (control._tag === "Barrier") onBarrier?.(state, collector)
        else if (onProgress !== undefined) {
          onProgress(state, control, collector)
          return
        }
        collector.control(control)
      }
    }
  })

/** The state that a stage begins with. What was kept and cannot be read ends the pipeline: going on without it would lose results. */
const startState = <S, R>(
  name: string,
  { observe, state: { open: openState, parts: infos } }: Pick<ColumnsStep<never, never, S, R>, "state" | "observe">,
  open: (handle: StateHandle) => StageSnapshot | undefined
): S => {
  const { parts, ready, state } = openState(typeof infos === "string" ? "state" : infos[0]?.name ?? "state")
  const kept = open({ parts, readings: () => observe?.(state) ?? {} })
  if (kept !== undefined) {
    for (const part of parts) {
      const { entries, version } = kept.get(part.name) ?? {}
      if (entries !== undefined && version !== undefined && !part.restore(entries, version)) {
        throw new UnreadableState({ stage: name, part: part.name, version, reads: part.version })
      }
      // From here on what changes is noted: what is made of what was kept is told with the first changes.
      part.changes()
    }
  }
  ready?.()
  return state
}

/** State that was kept under a version which this program's stage does not read. */
export class UnreadableState extends Data.TaggedError("UnreadableState")<{
  readonly stage: string
  readonly part: string
  readonly version: number
  readonly reads: number
}> {
  override get message(): string {
    const { part, reads, stage, version } = this
    return `stage ${stage}, ${part}: its state was written by version ${version} or for another stage; this program reads version ${reads}`
  }
}

/** Builds the process of a stage without state. A batch whose step throws is run again event by event. */
export const makeStateless = <A, B>(
  name: string,
  { onBatch }: ColumnStep<A, B>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  processOf<A, B>(name, () => ({
    onBatch: (batch, collector) => {
      const mark = collector.mark()
      try {
        onBatch(batch, collector)
      } catch {
        collector.rewind(mark)
        eventByEvent(batch, collector, onBatch)
      }
    },
    onControl: (control, collector) => collector.control(control)
  }))

const eventByEvent = <A, B>(batch: Batch<A>, collector: Collector<B>, onBatch: ColumnStep<A, B>["onBatch"]): void => {
  batch.payloads.forEach((payload, index) => {
    const context = batch.context(index)
    if (context === undefined) return
    const alone = single(payload, context, batch.hop)
    const mark = collector.mark()
    try {
      onBatch(alone, collector)
    } catch (cause) {
      collector.rewind(mark)
      for (const event of envelopesOf(alone)) collector.dead(event, "ProcessingException", String(cause))
    }
  })
}
