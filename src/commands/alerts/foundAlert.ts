/** One alert by its id, or by as much of its beginning as no other shares; else a conjunction that raised none. */
import { Effect, Schema } from "effect"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { alertsTopic } from "../../layers/alerts/AlertStore.ts"
import { conjunctionsTopic } from "../../layers/alerts/conjunctionsTopic.ts"
import { type ListedAlert, readVersions } from "../../layers/alerts/readAlerts.ts"
import { LogReader } from "../../layers/log/LogReader.ts"
import { InputError } from "../InputError.ts"
import { printable } from "../text.ts"

/** No alert has this id. */
export class UnknownAlert extends Schema.TaggedError<UnknownAlert>()("UnknownAlert", { id: Schema.String }) {
  override get message(): string {
    return `no alert has the id ${printable(this.id)}`
  }
}

export interface FoundAlert {
  readonly listed: ListedAlert
  /** The first one first. */
  readonly versions: ReadonlyArray<ConjunctionAlert>
}

const shortestPrefix = 4

/** Fails with `UnknownAlert`, and with an `InputError` where several begin so. */
export const findAlert = Effect.fnUntraced(function*(id: string) {
  if (id.length < shortestPrefix) {
    return yield* new InputError({ message: `"${printable(id)}": expected an alert's id, or at least 4 of its digits` })
  }
  const log = yield* LogReader
  const alerts = yield* readVersions(log, alertsTopic, id)
  const found = alerts.size > 0 ? alerts : yield* readVersions(log, conjunctionsTopic, id)
  const versions = found.get(id) ?? (found.size === 1 ? Array.from(found.values())[0] : undefined)
  if (versions === undefined && found.size > 1) {
    return yield* new InputError({
      message: `${printable(id)}: ${found.size} alerts begin so: ${[...found.keys()].slice(0, 5).join(", ")}`
    })
  }
  const [first] = versions ?? []
  const alert = versions?.at(-1)
  if (versions === undefined || first === undefined || alert === undefined) return yield* new UnknownAlert({ id })
  return {
    listed: { alert, openedAt: first.emittedAt, updatedAt: alert.emittedAt },
    versions
  } satisfies FoundAlert
})
