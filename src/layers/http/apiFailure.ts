/** Failures of endpoints in the one shape of errors, with the id of the request that is being answered. */
import { Effect } from "effect"
import type { ParameterProblem } from "../../domain/traces/search/parameters.ts"
import type { TraceStoreError } from "../traces/store/TraceStore.ts"
import { RequestContext } from "./RequestContext.ts"

const fail = <const Code extends string>(
  code: Code,
  message: string,
  details: Readonly<Record<string, string>> = {}
) =>
  Effect.flatMap(
    RequestContext,
    (context) => Effect.fail({ error: { code, message, details, request_id: context?.traceId ?? "" } })
  )

export const badParameter = ({ message, parameter }: ParameterProblem) => fail("bad_request", message, { parameter })

export const notFound = (message: string, details: Readonly<Record<string, string>> = {}) =>
  fail("not_found", message, details)

/** A page token that the store itself refuses is the asker's mistake; all else is the store's. */
export const storeFailure = ({ message, reason }: TraceStoreError) =>
  Effect.gen(function*() {
    if (reason === "Invalid") return yield* fail("bad_request", message)
    yield* Effect.logWarning(`http: the trace store cannot answer (${reason}): ${message}`)
    return yield* fail("unavailable", message, { reason })
  })
