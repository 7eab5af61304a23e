/**
 * A week of a catalogue of 25,000 objects, as `perigee screen` does it: hour by hour in worker threads.
 *
 *     node bench/screeningWeek.ts [hours] [objects] [threads]
 *
 * Prints the time to the first hour's events, the whole, CPU seconds a horizon hour and the process's peak memory.
 */
import { Effect, Stream } from "effect"
import { Screening } from "../src/layers/screening/Screening.ts"
import { layerScreeningWorkers } from "../src/layers/screening/screeningWorkers.ts"
import { wideCatalogue } from "./support/wideCatalogue.ts"

const [hours = "168", count = "25000", threads = "2"] = process.argv.slice(2)
const elements = wideCatalogue(Number(count))
const from = Date.parse("2025-04-25T00:00:00Z")
const span = { from, to: from + Number(hours) * 3_600_000 }
const start = process.hrtime.bigint()
const seconds = () => Number(process.hrtime.bigint() - start) / 1e9
const cpu = process.cpuUsage()
let [first, events, docked, done] = [0, 0, 0, 0]

await Effect.gen(function*() {
  const { slices } = yield* Effect.flatMap(Screening, ({ open }) => open({ elements, threshold: 5000, keptSlices: 2 }))
  yield* Stream.runForEach(slices(span), ({ result }) =>
    Effect.sync(() => {
      if (done++ === 0) first = seconds()
      events += result.events.length
      docked = Math.max(docked, result.suppressed.length)
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${hours} h `)
    }))
}).pipe(Effect.scoped, Effect.provide(layerScreeningWorkers(Number(threads))), Effect.runPromise)

const used = process.cpuUsage(cpu)
const spent = (used.user + used.system) / 1e6
console.log(
  `${elements.length} objects, ${hours} h, 5 km, ${threads} threads, Node ${process.versions.node}: ${events} events, ${docked} docked pairs; first hour after ${
    first.toFixed(1)
  } s, all after ${seconds().toFixed(1)} s; ${spent.toFixed(1)} CPU s, ${
    (spent / Number(hours)).toFixed(2)
  } a horizon hour; peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`
)
