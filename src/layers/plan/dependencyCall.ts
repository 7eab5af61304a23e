/** A call that a step makes of a dependency: a client span with what was asked and what came, without secrets, cut to a kilobyte. */
import { Effect } from "effect"

const most = 1024

const secret = /pass|secret|token|credential|authorization|api[-_]?key/i

const redacted = (key: string, value: unknown): unknown =>
  secret.test(key) ? "<redacted>" : typeof value === "bigint" ? String(value) : value

/** As JSON; what stands under a name that tells of a secret is left out. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value, redacted) ?? ""
  return text.length <= most ? text : `${text.slice(0, most)}...`
}

export const dependencyCall = <A, E, R>(
  { operation, request, system }: { readonly system: string; readonly operation: string; readonly request: unknown },
  call: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  call.pipe(
    Effect.tap((response) => Effect.annotateCurrentSpan("perigee.response", shown(response))),
    Effect.withSpan(`${system} ${operation}`, {
      kind: "client",
      attributes: { "peer.service": system, "perigee.operation": operation, "perigee.request": shown(request) }
    })
  )
