/**
 * The track filter against an independent truth: every figure of its acceptance, against its bound.
 *
 *     node bench/tracks.ts [leo tracks] [first seed] [low tracks] [geo tracks]
 *
 * Truth, element sets and observations as in test/support/truth. By default 200 seeded objects at 550 to 1200 km, 40 at 400 to 500 km and 20
 * geostationary ones, with seeds that the filter was not tuned on (1000 and up; tuned on 1 to 40): a quarter of an hour.
 */
import { Worker } from "node:worker_threads"
import { graceField } from "../test/support/truth/gravity.ts"
import type { Regime } from "../test/support/truth/trackedObject.ts"
import { costOfUpdate, makeFilter, type TrackResult } from "./support/trackAcceptance.ts"

const [leo = 200, first = 1000, low = 40, geo = 20] = process.argv.slice(2).map(Number)

const field = graceField()
if (field === undefined) throw new Error("the GRACE field is not beside the repository (see docs/tracking.md)")
const filter = makeFilter()

const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => values.toSorted((a, b) => a - b)
const quantile = (values: ReadonlyArray<number>, part: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(part * values.length))] ?? Number.NaN
const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const line = (name: string, figure: string, bound: string, holds: boolean): void =>
  console.log(`  ${holds ? "ok  " : "MISS"} ${name.padEnd(52)} ${figure.padEnd(30)} ${bound}`)

/** Two threads, each every second seed. */
const results = async (regime: Regime, count: number): Promise<ReadonlyArray<TrackResult>> => {
  const out: Array<TrackResult> = []
  const seeds = Array.from({ length: count }, (_, i) => first + i)
  await Promise.all([0, 1].map((half) =>
    new Promise<void>((resolve, reject) => {
      const workerData = { regime, seeds: seeds.filter((_, i) => i % 2 === half) }
      const worker = new Worker(new URL("./support/trackWorker.ts", import.meta.url), { workerData })
      worker.on("message", (result: TrackResult) => {
        if (out.push(result) % 10 === 0) console.error(`${regime}: ${out.length} of ${count}`)
      })
      worker.on("error", reject)
      worker.on("exit", () => resolve())
    })
  ))
  return out.sort((a, b) => a.seed - b.seed)
}

const consistency = (all: ReadonlyArray<TrackResult>, low: number, high: number, refusedLimit: number): void => {
  const hours = new Map<number, Array<number>>()
  const metres: Array<number> = []
  for (const { misses } of all) {
    for (const { hour, metres: error, nees } of misses) {
      hours.set(hour, [...(hours.get(hour) ?? []), nees])
      metres.push(error)
    }
  }
  const byHour = [...hours].sort(([a], [b]) => a - b).map(([, values]) => mean(values))
  const [least, most] = [Math.min(...byHour), Math.max(...byHour)]
  line(
    "NEES per degree of freedom, mean of each hour",
    `${least.toFixed(2)} to ${most.toFixed(2)}`,
    `${low} to ${high}`,
    least >= low && most <= high
  )
  console.log(`       by hour: ${byHour.map((value) => value.toFixed(2)).join(" ")}`)
  line(
    "tracked error, median and p90",
    `${quantile(metres, 0.5).toFixed(1)} m, ${quantile(metres, 0.9).toFixed(1)} m`,
    "-",
    true
  )
  const seen = all.reduce((sum, { observations }) => sum + observations, 0)
  const refused = all.reduce((sum, each) => sum + each.refused, 0)
  const share = 100 * refused / seen
  line(
    "own observations refused",
    `${share.toFixed(3)} % of ${seen}`,
    `at most ${refusedLimit} %`,
    share <= refusedLimit
  )
}

const flags = (all: ReadonlyArray<TrackResult>): void => {
  const count = all.reduce((sum, { falseFlags }) => sum + falseFlags, 0)
  const per40 = 40 * count / all.length
  line("false manoeuvre flags", `${count} in ${all.length} object-days`, "at most 2 in 40", per40 <= 2)
}

const predictions = (all: ReadonlyArray<TrackResult>, median: number, p90: number, nees: boolean): void => {
  const made = all.flatMap(({ prediction }) => prediction === undefined ? [] : [prediction])
  const metres = made.map((miss) => miss.metres)
  line(
    "24 h prediction, median",
    `${quantile(metres, 0.5).toFixed(0)} m`,
    `at most ${median} m`,
    quantile(metres, 0.5) <= median
  )
  const high = quantile(metres, 0.9)
  line("24 h prediction, p90", `${high.toFixed(0)} m`, p90 === Infinity ? "-" : `at most ${p90} m`, high <= p90)
  const ratio = mean(made.map((miss) => miss.nees))
  line(
    "24 h prediction, NEES per degree of freedom",
    ratio.toFixed(2),
    nees ? "0.5 to 2" : "-",
    !nees || (ratio >= 0.5 && ratio <= 2)
  )
}

const burns = (
  all: ReadonlyArray<TrackResult>,
  name: string,
  within: number,
  part: number,
  recovered: boolean
): void => {
  const each = all.flatMap((result) => result.burns.filter((burn) => burn.name === name))
  const found = each.filter(({ flaggedInPass }) => flaggedInPass <= within).length
  const share = 100 * found / each.length
  line(
    `${name}: flagged within ${within} passes`,
    `${found} of ${each.length} (${share.toFixed(0)} %)`,
    `${part} %`,
    share >= part
  )
  if (!recovered) return
  const good = each.filter(({ recoveredAfter }) => recoveredAfter <= 6).length
  line(`${name}: under 100 m and accepting within 6 h`, `${good} of ${each.length}`, "all", good === each.length)
}

const speed = (): void => {
  const each = costOfUpdate(filter, field, first)
  line("an update, 10 s spacing, gaps included (CPU)", `${each.toFixed(1)} µs`, "at most 25 µs", each <= 25)
}

speed()
if (leo > 0) {
  const all = await results("leo", leo)
  console.log(`550 to 1200 km, six radars: ${leo} objects, seeds ${first} to ${first + leo - 1}`)
  consistency(all, 0.6, 1.5, 0.2)
  const passes = all.reduce((sum, each) => sum + each.passes, 0)
  const inside = 100 * all.reduce((sum, { passesInside }) => sum + passesInside, 0) / passes
  line("first of pass, NIS inside 95 % bounds", `${inside.toFixed(1)} % of ${passes}`, "at least 90 %", inside >= 90)
  flags(all)
  predictions(all, 200, 600, true)
  burns(all, "0.1 m/s along", 2, 95, true)
  burns(all, "0.02 m/s along", 2, 95, true)
  burns(all, "0.1 m/s across", 3, 90, true)
}
if (low > 0) {
  const all = await results("low", low)
  console.log(`400 to 500 km, six radars: ${low} objects`)
  consistency(all, 0, Infinity, Infinity)
  flags(all)
  predictions(all, 1500, Infinity, false)
  burns(all, "0.1 m/s along", 2, 90, true)
}
if (geo > 0) {
  const all = await results("geo", geo)
  console.log(`Geostationary, six telescopes at night: ${geo} objects`)
  consistency(all, 0.3, 2, 0.5)
  flags(all)
  predictions(all, Infinity, Infinity, false)
}
