/**
 * Screening of a large catalogue against how it was done before, an hour at a time.
 *
 *     node --expose-gc bench/screening.ts [pairs] [objects] [minutes]
 *
 * The events of both are compared, then CPU time in interleaved pairs, on this thread alone. Last, one object against the kept hour. Peak memory is that of this
 * process, which holds one catalogue for both: `bench/screeningWeek.ts` tells the new one's own.
 */
import { Result } from "effect"
import { ephemerisBytes, sampleSlice } from "../src/domain/orbit/ephemeris/SliceEphemeris.ts"
import { trajectoryOf } from "../src/domain/orbit/ephemeris/Trajectory.ts"
import { makePropagator } from "../src/domain/orbit/propagation/Propagator.ts"
import { screenEphemeris, screenSlice } from "../src/domain/orbit/screening/screen.ts"
import { screenObject } from "../src/domain/orbit/screening/screenObject.ts"
import { screenSlice as screenByMinutes } from "./support/before/screenByMinutes.ts"
import { cpuTimed, enoughPairs, formatRatio, runPairs } from "./support/pairs.ts"
import { wideCatalogue } from "./support/wideCatalogue.ts"

const [pairs = "20", count = "25967", minutes = "60"] = process.argv.slice(2)
const options = { threshold: 5000 }
const from = Date.parse("2025-04-25T00:00:00Z")
const to = from + Number(minutes) * 60_000
const propagators = wideCatalogue(Number(count)).map((elements) => Result.getOrThrow(makePropagator(elements)))
const trajectories = propagators.map(trajectoryOf)

const before = screenByMinutes(propagators, from, to, options)
const now = screenSlice(trajectories, from, to, options)
const names = (events: ReadonlyArray<{ a: string; b: string; tca: number }>) =>
  new Set(events.map(({ a, b, tca }) => `${a} ${b} ${Math.round(tca / 1000)}`))
const [old, fresh] = [names(before.events), names(now.events)]
console.log(
  `${propagators.length} objects, ${minutes} min, 5 km, Node ${process.versions.node}: ${old.size} events before, ${fresh.size} now, ${
    [...old].filter((name) => !fresh.has(name)).length
  } lost, ${
    [...fresh].filter((name) => !old.has(name)).length
  } gained (pairs that were suppressed); suppressed ${before.suppressed.length} before, ${now.suppressed.length} now`
)
const result = await runPairs(
  () => cpuTimed(() => screenByMinutes(propagators, from, to, options)),
  () => cpuTimed(() => screenSlice(trajectories, from, to, options)),
  { pairs: enoughPairs(Number(pairs)), warmUp: 1 }
)
console.log(
  `all against all: ${formatRatio("before", "now", result)}; ${(result.medianA / 1000).toFixed(2)} and ${
    (result.medianB / 1000).toFixed(2)
  } CPU s`
)

const slice = sampleSlice(trajectories, from, to)
const some = trajectories.filter((_, i) => i % Math.ceil(trajectories.length / 200) === 0)
let found = 0
const one = () => {
  for (const object of some) found += screenObject(slice, trajectories, object, options).events.length
}
one()
const cost = await cpuTimed(one)
const own = new Set(some.map(({ objectId }) => objectId))
const expected = screenEphemeris(slice, trajectories, options).events
  .reduce((sum, { a, b }) => sum + Number(own.has(a)) + Number(own.has(b)), 0)
console.log(
  `one object against the kept ${minutes} min (${(ephemerisBytes(slice) / 1e6).toFixed(1)} MB): ${
    (cost / some.length).toFixed(2)
  } CPU ms, ${found / 2} of ${expected} events`
)
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`)
