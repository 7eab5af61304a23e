/**
 * Holds screening against brute force over the whole active catalogue: all pairs, every second, no filter.
 *
 *     node bench/screeningBruteForce.ts [every | sorted] [catalogue] [start]
 *
 * 25 km over 15 minutes, and 5 km over an hour: some ten minutes of one core; `sorted`: seconds, the same pairs found along one axis. Exit code 1 where an event is missed or extra. docs/screening.md has the last result.
 */
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../src/domain/orbit/catalogue/Catalogue.ts"
import { trajectoryOf } from "../src/domain/orbit/ephemeris/Trajectory.ts"
import { makePropagator } from "../src/domain/orbit/propagation/Propagator.ts"
import { screenSlice } from "../src/domain/orbit/screening/screen.ts"
import { bruteForceScreen, compareScreens } from "../test/support/bruteForceScreen.ts"

const [
  way = "every",
  file = "../shared/data/catalogue/celestrak_active_2025-04-24.3le",
  start = "2025-04-25T00:00:00Z"
] = process.argv
  .slice(2)
const propagators = [...Result.getOrThrow(decodeCatalogue(readFileSync(file, "utf8"), file)).values()].flatMap(
  (elements) => Result.match(makePropagator(elements), { onSuccess: (made) => [made], onFailure: () => [] })
)
const flyers = propagators.map(({ elements: { objectId }, stateAt }) => ({ objectId, stateAt }))
const from = Date.parse(start)
console.log(`${flyers.length} objects from ${start}, Node ${process.versions.node}`)

let wrong = 0
for (const [threshold, minutes] of [[25_000, 15], [5_000, 60]] as const) {
  const to = from + minutes * 60_000
  const cpu = process.cpuUsage()
  const found = screenSlice(propagators.map(trajectoryOf), from, to, { threshold })
  const used = process.cpuUsage(cpu)
  const expected = bruteForceScreen(flyers, from, to, threshold, {
    sorted: way === "sorted",
    onSecond: (done) => {
      if (done % 60 === 0 && process.stderr.isTTY) process.stderr.write(`\r${done / 60} of ${minutes} min `)
    }
  })
  const forced = process.cpuUsage(cpu)
  const { extra, farthest, missed } = compareScreens(found, expected)
  wrong += extra.length + missed.length
  const slow = found.events.filter(({ relativeSpeed }) => relativeSpeed < 100).length
  console.log(
    `${threshold / 1000} km over ${minutes} min: ${expected.length} by brute force (${
      ((forced.user + forced.system) / 1e6).toFixed(0)
    } CPU s), ${found.events.length} by screening (${
      ((used.user + used.system) / 1e6).toFixed(2)
    } CPU s), ${slow} of them under 100 m/s; docked pairs ${found.suppressed.length}; missed ${missed.length}, extra ${extra.length}; times apart by at most ${
      farthest.fast.toFixed(2)
    } ms, of slow pairs ${farthest.slow.toFixed(0)} ms`
  )
  for (const [what, events] of [["missed", missed], ["extra", extra]] as const) {
    for (const { a, b, missDistance, relativeSpeed, tca } of events) {
      console.log(
        `  ${what}: ${a} ${b} ${new Date(tca).toISOString()} ${missDistance.toFixed(2)} m ${
          relativeSpeed.toFixed(3)
        } m/s`
      )
    }
  }
}
process.exit(wrong === 0 ? 0 : 1)
