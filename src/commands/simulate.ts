/**
 * `perigee simulate`: a scenario's observations as JSON lines, and its true conjunctions.
 *
 * Progress goes to standard error, and with `--json` one document with the result to standard output. Bad input is an `InputError`.
 */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { SensorRegistry } from "../domain/observation/sensors/SensorRegistry.ts"
import type { Catalogue } from "../domain/orbit/catalogue/Catalogue.ts"
import type { MeanElements } from "../domain/orbit/catalogue/MeanElements.ts"
import { formatTle } from "../domain/orbit/catalogue/tle.ts"
import { faultNames, parseFaults } from "../domain/simulation/faults.ts"
import { defaultTruthModel, makeScenario, seededStart, silence } from "../domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../domain/simulation/syntheticCatalogue.ts"
import { truthModels } from "../domain/simulation/truth/truth.ts"
import { format, parse, type UtcTime } from "../domain/time/UtcTime.ts"
import { writeObservations, writeTruth } from "../layers/simulator/writeScenario.ts"
import { InputError } from "./InputError.ts"
import { orInputError, parseDuration, readCatalogueFile, readRegistry, required } from "./inputs.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { notWritten, oneStandardOutput, writeOutput } from "./output.ts"

/** Hours after the end of the scenario in which true conjunctions are listed: the pipeline's screening horizon. */
const truthHorizonHours = 24

const flags = {
  catalogue: Flag.String("catalogue").pipe(
    Flag.withDescription("Catalogue of the objects (TLE, 3LE or OMM); without one, 300 synthetic objects"),
    Flag.optional
  ),
  start: Flag.String("start").pipe(
    Flag.withDescription("Start of the scenario, RFC 3339"),
    Flag.withDefault(format(seededStart))
  ),
  duration: Flag.String("for").pipe(
    Flag.withDescription("Length of the scenario, such as 20s, 10m or 6h"),
    Flag.withDefault("10m")
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("Fixes every byte of the output"), Flag.withDefault(1)),
  faults: Flag.String("faults").pipe(
    Flag.withDescription(`Feed faults, name[=source][@seconds] separated by commas: ${faultNames.join(", ")}`),
    Flag.withDefault("")
  ),
  out: Flag.String("out").pipe(Flag.withDescription("File of observations to write, JSON lines; - is standard output")),
  truth: Flag.String("truth").pipe(
    Flag.withDescription(`File of true conjunctions under 10 km to write, to ${truthHorizonHours} h after the end`),
    Flag.optional
  ),
  writeCatalogue: Flag.String("write-catalogue").pipe(
    Flag.withDescription("File to write the objects' elements to (3LE), for `perigee run --catalogue`"),
    Flag.optional
  ),
  sensors: Flag.String("sensors").pipe(
    Flag.withDescription("Sensor registry, JSON; without one, the network that ships"),
    Flag.optional
  ),
  perturbation: Flag.Finite("perturbation").pipe(
    Flag.withDescription("Scale of the offsets of the true orbits from the catalogue; 0: none"),
    Flag.withDefault(1)
  ),
  truthModel: Flag.Literals("truth-model", truthModels).pipe(
    Flag.withDescription("By what the true orbits move: integrated in a field that no filter has, or SGP4"),
    Flag.withDefault(defaultTruthModel)
  ),
  anchor: Flag.String("anchor").pipe(
    Flag.withDescription(
      "When an integrated orbit has the state of its element set, RFC 3339 (default: the start; a planned pair: its closest approach)"
    ),
    Flag.optional
  ),
  json: jsonFlag
}

/** What a scenario flies: the file's objects, or synthetic ones with a conjunction among them. */
const flown = (catalogue: Catalogue | undefined, registry: SensorRegistry, seed: number, start: UtcTime) =>
  catalogue === undefined
    ? orInputError(syntheticCatalogue({ seed, start, sensors: registry.bySourceId.values() }))
    : Effect.succeed({ elements: [...catalogue.values()], planned: undefined })

const threeLines = (elements: MeanElements): ReadonlyArray<string> => {
  const lines = formatTle(elements)
  return lines === undefined ? [] : [elements.name, ...lines]
}

const catalogueText = (elements: ReadonlyArray<MeanElements>): string => `${elements.flatMap(threeLines).join("\n")}\n`

export const simulate = Command.make(
  "simulate",
  flags,
  Effect.fn("simulate")(function*({ perturbation, seed, ...flags }) {
    const durationMillis = yield* required(
      parseDuration(flags.duration),
      `--for ${flags.duration}: expected a number above 0 and ms, s, m, h or d`
    )
    const start = yield* required(parse(flags.start), `--start ${flags.start}: expected an RFC 3339 time`)
    const anchor = Option.isNone(flags.anchor) ? start : yield* required(
      parse(flags.anchor.value),
      `--anchor ${flags.anchor.value}: expected an RFC 3339 time`
    )
    if (!(perturbation >= 0)) {
      return yield* new InputError({ message: `--perturbation ${perturbation}: expected 0 or more` })
    }
    const truth = Option.getOrUndefined(flags.truth)
    const writeCatalogue = Option.getOrUndefined(flags.writeCatalogue)
    yield* oneStandardOutput(
      [["out", flags.out], ["truth", truth], ["write-catalogue", writeCatalogue]],
      flags.json ? "--json" : undefined
    )
    const registry = yield* readRegistry(flags.sensors)
    const faults = yield* orInputError(parseFaults(flags.faults, new Set(registry.bySourceId.keys())))
    const catalogue = Option.isNone(flags.catalogue) ? undefined : yield* readCatalogueFile(flags.catalogue.value)
    const { elements, planned } = yield* flown(catalogue, registry, seed, start)
    const scenario = makeScenario({
      seed,
      start,
      durationMillis,
      catalogue: elements,
      sensors: registry.bySourceId.values(),
      perturbation,
      faults,
      truthModel: flags.truthModel,
      anchor,
      ...(planned !== undefined && { planned })
    })
    const silent = silence(scenario)
    if (silent !== undefined) yield* Console.error(`simulate: ${silent}`)
    if (writeCatalogue !== undefined) yield* writeOutput("write-catalogue", writeCatalogue, catalogueText(elements))
    const report = yield* writeObservations({
      scenario,
      registry,
      out: flags.out,
      onProgress: ({ observations, time }) =>
        Console.error(`simulate: ${observations} observations, scenario time ${format(time)}`)
    }).pipe(Effect.catchTag("PlatformError", (error) => notWritten("out", flags.out)(error)))
    const conjunctions = truth === undefined
      ? undefined
      : yield* Effect.mapError(writeTruth(scenario, truthHorizonHours * 3_600_000, truth), notWritten("truth", truth))
    if (!flags.json) return
    yield* Console.log(JSON.stringify({
      seed,
      start: format(start),
      end: format(scenario.end),
      objects: scenario.truth.length,
      truthModel: flags.truthModel,
      ...(flags.truthModel === "numeric" && { anchor: format(anchor) }),
      observations: { total: report.observations, bySourceKind: report.bySourceKind },
      faults: report.faults,
      ...(conjunctions !== undefined && { trueConjunctions: conjunctions })
    }))
  })
).pipe(
  Command.withDescription("Write simulated observations as JSON lines, and the scenario's true conjunctions"),
  Command.withExamples([
    {
      command: "perigee simulate --for 10m --seed 7 --out observations.jsonl --write-catalogue catalogue.3le",
      description: "Ten minutes of the synthetic catalogue, ready for perigee run --input"
    },
    {
      command: "perigee simulate --catalogue catalogue.3le --start 2009-02-10T10:56:00Z --for 6h --perturbation 0"
        + " --out observations.jsonl",
      description: "Six hours of real objects that keep to their elements"
    }
  ])
)
