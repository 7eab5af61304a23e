/**
 * The store of alerts as it stood, kept beside the log, so that a start need not read the whole topic: the version held of each alert, and up to where the
 * topic was read for it. It is a copy: without it, or when it does not fit the topic, everything is read again and nothing is lost.
 *
 * The default keeps nothing.
 */
import { Context, Effect } from "effect"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"

/** Up to where a partition of the topic was read, and the last record before that, by which another topic of the same name is told apart. */
export interface TopicRead {
  readonly partition: number
  readonly next: number
  readonly last: { readonly alertId: string; readonly sequence: number } | undefined
}

export interface AlertSnapshot {
  readonly alerts: ReadonlyArray<ConjunctionAlert>
  readonly read: ReadonlyArray<TopicRead>
}

export interface AlertChange extends AlertSnapshot {
  /** Ids of alerts that are no longer held. */
  readonly removed: ReadonlyArray<string>
  /** What was kept before goes. */
  readonly anew: boolean
}

export interface AlertTableShape {
  /** `undefined`: there is none that can be used. */
  readonly load: Effect.Effect<AlertSnapshot | undefined>
  /** Changed alerts and positions, all or none. False: they could not be kept, and are to be handed in again. */
  readonly save: (change: AlertChange) => Effect.Effect<boolean>
}

export const keepsNothing: AlertTableShape = { load: Effect.undefined, save: () => Effect.succeed(true) }

export class AlertTable extends Context.Reference<AlertTableShape>("perigee/layers/alerts/AlertTable", {
  defaultValue: () => keepsNothing
}) {}
