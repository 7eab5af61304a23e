/**
 * The wires that canaries are sent over: the sockets that the sensors send to.
 *
 * An archive is polled, so nothing can be pushed into it. The telescopes' canaries have a small archive of their own on loopback, and a second
 * poller of the same code reads it. To put them into the real archive's answers would be nearer to the truth, but not harmless: the cursor, the
 * circuit breaker and the connection are the poller's own, and a canary stamped now would move the cursor past what a telescope still
 * has to publish. So an optical canary says that polling and everything behind it works; whether the partner's archive answers is told by its
 * own `circuit_breaker_state` and `source_last_seen_seconds`.
 */
import { type Duration, Effect, Layer, type Scope } from "effect"
import type { HttpClient } from "effect/http"
import type { CanaryWire } from "../../layers/canary/CanaryInjector.ts"
import { CanaryWatch } from "../../layers/canary/CanaryWatch.ts"
import { makeOpticalArchive } from "../../layers/simulator/OpticalArchive.ts"
import { type Endpoint, makeDatagrams, makeLinks } from "../../layers/simulator/transports.ts"
import { CursorStore } from "../../layers/sources/CursorStore.ts"
import { makeOpticalHttp } from "../../layers/sources/OpticalHttp.ts"
import type { Source } from "../../layers/sources/Source.ts"
import { SourceStats } from "../../layers/sources/SourceStats.ts"

interface CanaryWires {
  readonly wires: ReadonlyArray<CanaryWire>
  /** The poller of the canaries' own archive. */
  readonly sources: ReadonlyArray<Source>
}

interface CanaryEndpoints {
  readonly radar: Endpoint
  readonly isl: Endpoint
  /** Absent: no archive is polled, so there is no source to try. */
  readonly optical: { readonly pollInterval: Duration.Input; readonly requestTimeout?: Duration.Input } | undefined
}

const utf8 = new TextDecoder()
const archiveSource = "canary-optical"

const opticalWire = Effect.fnUntraced(function*(options: NonNullable<CanaryEndpoints["optical"]>) {
  const archive = yield* makeOpticalArchive
  // Its counts and its cursor are nobody's business: they say nothing of a real archive.
  const source = yield* makeOpticalHttp({ ...options, name: archiveSource, url: archive.url }).pipe(
    Effect.provide(Layer.fresh(Layer.merge(SourceStats.layer, CursorStore.layerMemory)))
  )
  const wire: CanaryWire = {
    kind: "optical",
    rawSource: archiveSource,
    send: (bytes, time) =>
      Effect.sync(() => {
        archive.publish([{ time, json: utf8.decode(bytes) }])
        return true
      })
  }
  return { wire, source }
})

const leftOut = (error: { readonly message: string }) =>
  Effect.as(Effect.logWarning(`canary: ${error.message}`), undefined)

/** Opens them where canaries are on. One that cannot be opened is left out, with a warning: no run fails for its canaries. */
export const makeCanaryWires = Effect.fnUntraced(function*({ isl, optical, radar }: CanaryEndpoints): Effect.fn.Return<
  CanaryWires,
  never,
  Scope.Scope | HttpClient.HttpClient
> {
  if (!(yield* CanaryWatch).report().enabled) return { wires: [], sources: [] }
  const datagrams = yield* Effect.catch(makeDatagrams(radar), leftOut)
  const links = yield* makeLinks(isl)
  const archive = optical === undefined ? undefined : yield* Effect.catch(opticalWire(optical), leftOut)
  const wires: Array<CanaryWire> = []
  if (datagrams !== undefined) {
    wires.push({
      kind: "radar",
      rawSource: "radar",
      send: (bytes) => Effect.map(datagrams.send([bytes]), (refused) => refused === 0)
    })
  }
  if (archive !== undefined) wires.push(archive.wire)
  wires.push({ kind: "isl", rawSource: "isl", send: (bytes) => links.send("canary", bytes) })
  return { wires, sources: archive === undefined ? [] : [archive.source] }
})
