/**
 * `perigee screen`: the closest approaches of a catalogue, hour by hour, nearest first.
 *
 * Events are printed as their hour is done, with `--json` one document at the end. Progress goes to standard error. Bad input is an `InputError`.
 */
import { Clock, Console, Effect, Option, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { availableParallelism } from "node:os"
import type { Catalogue } from "../domain/orbit/catalogue/Catalogue.ts"
import { hourMillis, type Span } from "../domain/orbit/screening/hours.ts"
import { mergeScreens } from "../domain/orbit/screening/mergeScreens.ts"
import type { ScreenEvent, ScreenResult } from "../domain/orbit/screening/ScreenResult.ts"
import { format, parse } from "../domain/time/UtcTime.ts"
import { type CatalogueScreening, Screening } from "../layers/screening/Screening.ts"
import { layerScreeningWorkers } from "../layers/screening/screeningWorkers.ts"
import { InputError } from "./InputError.ts"
import { readCatalogueFile, required } from "./inputs.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { makeProgress } from "./progress.ts"
import { counted, printable } from "./text.ts"

/** More threads than this are no faster: each needs memory bandwidth, and a copy of the catalogue. */
const mostThreads = 4

const flags = {
  catalogue: Flag.String("catalogue").pipe(Flag.withDescription("Catalogue of the objects (TLE, 3LE or OMM)")),
  start: Flag.String("start").pipe(Flag.withDescription("From when on, RFC 3339; without it from now"), Flag.optional),
  hours: Flag.Finite("hours").pipe(Flag.withDescription("For how long"), Flag.withDefault(24)),
  threshold: Flag.Finite("threshold").pipe(
    Flag.withDescription("Greatest miss distance to report, km"),
    Flag.withDefault(10)
  ),
  object: Flag.String("object").pipe(
    Flag.withDescription("Catalogue number of one object to screen against all others"),
    Flag.optional
  ),
  threads: Flag.Int("threads").pipe(
    Flag.withDescription("Worker threads; 0: none, the work is done on the main thread"),
    Flag.withDefault(Math.min(mostThreads, availableParallelism()))
  ),
  json: jsonFlag
}

const km = (metres: number): string => (metres / 1000).toFixed(3)

const eventLine = (catalogue: Catalogue) => ({ a, b, missDistance, relativeSpeed, tca }: ScreenEvent): string => {
  const names = [a, b].map((id) => printable(catalogue.get(id)?.name ?? id)).join(", ")
  return `${format(tca)}  ${km(missDistance).padStart(8)} km  ${
    km(relativeSpeed).padStart(7)
  } km/s  ${a} ${b}  ${names}`
}

const eventJson = ({ a, b, missDistance, relativeSpeed, tca }: ScreenEvent) => ({
  a,
  b,
  tca: format(tca),
  missKm: missDistance / 1000,
  relativeSpeedKmPerSecond: relativeSpeed / 1000
})

/** The slices of one object: each hour as it is done. */
const objectSlices = ({ objects, screenObject }: CatalogueScreening, objectId: string, { from, to }: Span) =>
  Effect.gen(function*() {
    const own = yield* required(
      objects.find((object) => object.objectId === objectId),
      `--object ${objectId}: not in the catalogue, or SGP4 cannot start from its elements`
    )
    const pieces: Array<Span> = []
    for (let start = from; start < to; start += hourMillis) {
      pieces.push({ from: start, to: Math.min(to, start + hourMillis) })
    }
    return Stream.fromIterable(pieces).pipe(
      Stream.mapEffect((span) => Effect.map(screenObject(own, span), (result) => ({ ...span, result })))
    )
  })

export const screen = Command.make(
  "screen",
  flags,
  Effect.fn("screen")(function*({ hours, json, object, threads, threshold, ...given }) {
    if (!(hours > 0)) return yield* new InputError({ message: `--hours ${hours}: expected more than 0` })
    if (!(threshold > 0)) return yield* new InputError({ message: `--threshold ${threshold}: expected more than 0` })
    if (!(threads >= 0 && threads <= 64)) {
      return yield* new InputError({ message: `--threads ${threads}: expected 0 to 64` })
    }
    const from = Option.isNone(given.start)
      ? yield* Clock.currentTimeMillis
      : yield* required(parse(given.start.value), `--start ${given.start.value}: expected an RFC 3339 time`)
    const span = { from, to: from + hours * hourMillis }
    const catalogue = yield* readCatalogueFile(given.catalogue)
    const startedAt = yield* Clock.currentTimeMillis
    const elapsed = Effect.map(Clock.currentTimeMillis, (now) => (now - startedAt) / 1000)
    const progress = makeProgress()

    const work = Effect.gen(function*() {
      const screening = yield* Effect.flatMap(Screening, ({ open }) =>
        // Each slice is asked for once; one object needs the two hours that a piece of its own can touch.
        open({ elements: [...catalogue.values()], threshold: threshold * 1000, keptSlices: 2 }))
      for (const { message } of screening.refused) yield* Console.error(`screen: left out: ${message}`)
      const slices = Option.isNone(object)
        ? screening.slices(span)
        : yield* objectSlices(screening, object.value, span)
      const results: Array<ScreenResult> = []
      let events = 0
      yield* Stream.runForEach(slices, ({ result, to }) =>
        Effect.gen(function*() {
          events += result.events.length
          if (!json) {
            yield* progress.end
            for (const event of result.events) yield* Console.log(eventLine(catalogue)(event))
          }
          results.push(json ? result : { ...result, events: [] })
          const done = ((to - from) / hourMillis).toFixed(1).replace(/\.0$/, "")
          yield* progress.say(
            `screen: ${done} of ${hours} h, ${counted(events, "event")}, ${(yield* elapsed).toFixed(1)} s`
          )
        }))
      yield* progress.end
      return { screening, events, result: mergeScreens(results) }
    }).pipe(Effect.scoped, Effect.provide(threads === 0 ? Screening.layerInProcess : layerScreeningWorkers(threads)))

    const { events, result, screening: { objects, refused } } = yield* work
    const elapsedSeconds = yield* elapsed
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024
    if (json) {
      return yield* Console.log(JSON.stringify({
        start: format(from),
        hours,
        thresholdKm: threshold,
        objects: objects.length,
        events: result.events.map(eventJson),
        suppressed: result.suppressed.map((pair) => ({ ...eventJson(pair), reason: pair.reason })),
        coLocated: result.coLocated.map((pair) => ({ ...eventJson(pair), reason: pair.reason })),
        refused: refused.map(({ objectId, reason }) => ({ objectId, reason })),
        elapsedSeconds,
        peakMemoryBytes
      }))
    }
    for (const [title, pairs] of [["Suppressed", result.suppressed], ["Co-located", result.coLocated]] as const) {
      if (pairs.length === 0) continue
      yield* Console.log(`${title}:`)
      for (const pair of pairs) yield* Console.log(`  ${eventLine(catalogue)(pair)}: ${pair.reason}`)
    }
    yield* Console.log(
      `${counted(objects.length, "object")}, ${counted(events, "event")} under ${threshold} km, ${
        counted(result.suppressed.length, "pair")
      } suppressed, ${result.coLocated.length} co-located; ${elapsedSeconds.toFixed(1)} s, ${
        (peakMemoryBytes / 1e6).toFixed(0)
      } MB at most`
    )
  })
).pipe(
  Command.withDescription("List the closest approaches of a catalogue, hour by hour, nearest first"),
  Command.withExamples([
    {
      command: "perigee screen --catalogue catalogue.3le --hours 24 --threshold 5",
      description: "All against all over the next day"
    },
    {
      command: "perigee screen --catalogue catalogue.3le --object 25544 --start 2025-04-25T00:00:00Z --json",
      description: "One object against all others"
    }
  ])
)
