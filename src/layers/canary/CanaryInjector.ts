/**
 * Sends canaries: one over each wire at start and one every 30 s, by Effect's clock, over the socket that the real source reads.
 *
 * The wires take turns: a radar and a telescope send an approaching pair and the pair that stays apart by turns, offset so that both ways
 * through the pipeline are tried at start. Links carry the pair that stays apart. An approaching pair is asked for only where its approach is within
 * the screening horizon. A wire that does not take its canary has lost it: it will be missed, as it should.
 *
 * Each wire has a fiber of its own, so that one that hangs holds up no other.
 */
import { Clock, Context, type Duration, Effect, Layer } from "effect"
import { canaryRecord, type CanaryWireKind } from "../../domain/canary/canaryRecord.ts"
import { untilApproachMillis } from "../../domain/canary/tracks.ts"
import { observationIdOf } from "../../domain/observation/observationId.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { CanaryWatch } from "./CanaryWatch.ts"

/** The way of a canary into a source. */
export interface CanaryWire {
  readonly kind: CanaryWireKind
  /** The name that the source gives to its raw records: part of the observation id. */
  readonly rawSource: string
  /** Hands the record over. False: nobody took it. */
  readonly send: (bytes: Uint8Array, time: UtcTime) => Effect.Effect<boolean>
}

export interface CanaryOptions {
  /** How far ahead conjunctions are looked for, ms. */
  readonly horizonMillis: number
  /** Default 30 s. */
  readonly every?: Duration.Input
}

/** The approach is known to five minutes; this much is left of the horizon beyond it. */
const marginMillis = 600_000

/** The default sends nothing. */
export class CanaryInjector extends Context.Reference<{
  /** Sends until it is interrupted. */
  readonly run: (wires: ReadonlyArray<CanaryWire>) => Effect.Effect<never>
}>("perigee/layers/canary/CanaryInjector", { defaultValue: () => ({ run: () => Effect.never }) }) {
  static readonly layerOff = Layer.succeed(CanaryInjector, { run: () => Effect.never })

  static readonly layer = (options: CanaryOptions): Layer.Layer<never> =>
    Layer.effect(
      CanaryInjector,
      Effect.map(Effect.context(), (context) => ({
        run: (wires: ReadonlyArray<CanaryWire>) => {
          const each = wires.map((wire, place) => {
            const send = Effect.provideContext(sender(options, wire, place), context)
            return send.pipe(Effect.andThen(Effect.sleep(options.every ?? "30 seconds")), Effect.forever)
          })
          return Effect.gen(function*() {
            const { expected } = yield* CanaryWatch
            for (const { kind } of wires) expected(kind)
            yield* Effect.all(each, { concurrency: "unbounded", discard: true })
            return yield* Effect.never
          }).pipe(Effect.provideContext(context))
        }
      }))
    )

  /** Sends one canary over each wire whenever {@link CanaryTrigger} says so, and none by itself. */
  static readonly layerTest = (options: CanaryOptions): Layer.Layer<CanaryTrigger> =>
    Layer.effectContext(Effect.map(Effect.context(), (context) => {
      let senders: ReadonlyArray<Effect.Effect<void>> = []
      return Context.mergeAll(
        Context.make(CanaryTrigger, {
          send: Effect.suspend(() =>
            Effect.provideContext(Effect.all(senders, { concurrency: "unbounded", discard: true }), context)
          )
        }),
        Context.make(CanaryInjector, {
          run: (wires) =>
            Effect.andThen(
              Effect.sync(() => {
                senders = wires.map((wire, place) => sender(options, wire, place))
              }),
              Effect.never
            )
        })
      )
    }))
}

export class CanaryTrigger extends Context.Service<CanaryTrigger, {
  readonly send: Effect.Effect<void>
}>()("perigee/layers/canary/CanaryInjector/CanaryTrigger") {}

/** Sends the next canary of a wire each time it is run. */
const sender = ({ horizonMillis }: CanaryOptions, wire: CanaryWire, place: number): Effect.Effect<void> => {
  const { kind, rawSource, send } = wire
  let sequence = 0
  return Effect.gen(function*() {
    const { emitted } = yield* CanaryWatch
    const time = yield* Clock.currentTimeMillis
    const number = sequence++
    const within = untilApproachMillis(time) + marginMillis < horizonMillis
    const path = within && (number + place) % 2 === 0 ? "approaching" : "apart"
    const record = canaryRecord(kind, path, time, number >> 1)
    if (record === undefined) return yield* Effect.logWarning(`canary: none can be made for ${kind}`)
    emitted(observationIdOf(rawSource, record.bytes), kind)
    const taken = yield* send(record.bytes, time)
    if (!taken) yield* Effect.logWarning(`canary: the ${kind} source did not take it`)
  })
}
