/**
 * The whole pipeline at the size of a real catalogue: sources to log to alerts, as `perigee run --input` does it.
 *
 *     node bench/catalogueScale.ts catalogue.3le [observations] [start]
 *
 * `HINTS=0`: without the objects that the sensors suppose. `EVERY=1`: every update of every conjunction is assessed. `TRUTH=numeric`, `DYNAMICS=numeric`.
 *
 * Writes so many observations of the catalogue's objects from `start` on (default: the newest epoch), reads them from a memory log as fast as it goes, and
 * prints when the first update came out of the tracks and when the first alert did, memory, and observations per CPU-second: of the whole process, with a
 * horizon's screening in it, and **once started**, of the last four fifths of the observations with everything that follows, on the thread of the pipeline.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { Effect, Layer, Result } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Progress } from "../src/commands/run/Progress.ts"
import { decodeCatalogue } from "../src/domain/orbit/catalogue/Catalogue.ts"
import { format } from "../src/domain/time/UtcTime.ts"
import { MessageLog } from "../src/layers/log/MessageLog.ts"
import { layerScreeningWorkers } from "../src/layers/screening/screeningWorkers.ts"
import { defaultFusionSettings } from "../src/operators/fusion/fusion.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { fusionRun } from "./support/fusionRun.ts"
import { everything, layerSeeing } from "./support/seeing.ts"
import { type Usage, usage, usedSince } from "./support/usage.ts"

const [path = "", wanted = "18000", from] = process.argv.slice(2)
const { DYNAMICS, EVERY, HINTS, TRUTH = "sgp4" } = process.env
const read = decodeCatalogue(readFileSync(path, "utf8"), path)
if (Result.isFailure(read)) throw read.failure
const catalogue = read.success
const newest = Math.max(...Array.from(catalogue.values(), ({ epoch }) => epoch))
const start = from ?? format(Math.ceil(newest / 1000) * 1000)
const count = Number(wanted)

/** The first so many observations of as many seconds as they need. */
const write = (file: string): void => {
  const main = join(import.meta.dirname, "../src/main.ts")
  const all = join(file, "..", "all.jsonl")
  const simulate = [main, "simulate", "--catalogue", path, "--start", start, "--seed", "3", "--truth-model", TRUTH]
  execFileSync(process.execPath, [...simulate, "--for", `${Math.ceil(count / 1500) + 2}s`, "--out", all], {
    stdio: ["ignore", "ignore", "inherit"]
  })
  const lines = readFileSync(all, "utf8").split("\n").slice(0, count)
  writeFileSync(file, lines.map((line) => HINTS === "0" ? line.replace(/"objectHint":"[^"]*",?/, "") : line).join("\n"))
}

const file = join(benchDirectory(), "observations.jsonl")
write(file)

const began = performance.now()
const before = usage()
let [started, firstUpdate, firstAlert, peak]: [Usage | undefined, number, number, number] = [undefined, 0, 0, 0]
const watch = (progress: () => Progress) =>
  Effect.sync(() => {
    const { alerts, stages } = progress()
    const counts = new Map(stages)
    const since = performance.now() - began
    if (firstUpdate === 0 && (counts.get("track")?.emitted ?? 0) > 0) firstUpdate = since
    if (firstAlert === 0 && alerts.size > 0) firstAlert = since
    if (started === undefined && (counts.get("decode")?.in ?? 0) >= count / 5) started = usage()
    peak = Math.max(peak, process.memoryUsage.rss())
  }).pipe(Effect.andThen(Effect.sleep("20 millis")), Effect.forever)

const report = await fusionRun(
  file,
  MessageLog.layerMemory,
  Layer.merge(layerSeeing(everything), layerScreeningWorkers(1)),
  {
    catalogue,
    watch,
    settings: {
      ...defaultFusionSettings,
      assessEvery: EVERY === "1",
      trackDynamics: DYNAMICS === "numeric" ? "numeric" : "sgp4"
    }
  }
)
const used = usedSince(before)
const after = usedSince(started ?? before)
const stages = new Map(report.stages)
const line = (what: string, value: string): void => console.log(`${what.padEnd(48)} ${value}`)
line("objects, observations, from", `${catalogue.size}, ${count}, ${start}`)
line("first update, first alert", `${(firstUpdate / 1000).toFixed(1)} s, ${(firstAlert / 1000).toFixed(1)} s`)
line("peak memory", `${(peak / 1e6).toFixed(0)} MB`)
line("whole process", `${(used.all / 1000).toFixed(1)} CPU-s, ${(count / used.all * 1000).toFixed(0)} obs/CPU-s`)
line(
  "thread of the pipeline",
  `${(used.thread / 1000).toFixed(1)} CPU-s, ${(count / used.thread * 1000).toFixed(0)} obs/CPU-s`
)
line("once started", `${(0.8 * count / after.thread * 1000).toFixed(0)} obs/CPU-s`)
line("alerts", String(report.alerts.length))
for (const [name, { busyNanos, emitted, filteredReasons, in: into }] of stages) {
  const reasons = Array.from(filteredReasons, ([reason, n]) => `${reason} ${n}`).join(", ")
  line(`  ${name}`, `${into} in, ${emitted} out, ${(busyNanos / 1e6).toFixed(0)} ms busy ${reasons}`)
}
