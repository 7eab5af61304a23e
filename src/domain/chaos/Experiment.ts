/**
 * A chaos experiment as data: which fault, where, on how much, for how long, and what must hold meanwhile.
 *
 * In words of the failure table: `kill`: process, and by several instances a zone; `latency`, `stall` (a partition: nothing passes until it is over),
 * `loss`; `cpu`, `memory`; `disk-full`, `disk-slow`; `clock-skew`; `dns`, `certificate`. What a process cannot do to itself is done to its host by
 * `scripts/chaos/host.sh`.
 */
import { Schema } from "effect"

export const dependencies = ["log", "http", "clock", "process"] as const
export const Dependency = Schema.Literals(dependencies)
export type Dependency = typeof Dependency.Type

const positive = Schema.Finite.pipe(Schema.check(Schema.isGreaterThan(0)))
const share = Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 })))

export const Fault = Schema.Union([
  Schema.TaggedStruct("latency", { millis: positive }),
  Schema.TaggedStruct("stall", {}),
  Schema.TaggedStruct("loss", {}),
  Schema.TaggedStruct("failure", {}),
  Schema.TaggedStruct("cpu", { busy: share }),
  Schema.TaggedStruct("memory", { bytes: positive }),
  Schema.TaggedStruct("disk-full", {}),
  Schema.TaggedStruct("disk-slow", { millis: positive }),
  Schema.TaggedStruct("clock-skew", { millis: Schema.Finite }),
  Schema.TaggedStruct("dns", {}),
  Schema.TaggedStruct("certificate", {}),
  Schema.TaggedStruct("kill", {})
])
export type Fault = typeof Fault.Type
export type FaultKind = Fault["_tag"]

/** A bound on a metric of the history, mean over the last seconds; labels that are absent are summed over, of a ratio the greatest counts. */
export const MetricCondition = Schema.TaggedStruct("metric", {
  name: Schema.String,
  labels: Schema.Record(Schema.String, Schema.String),
  is: Schema.Literals(["at-most", "at-least"]),
  bound: Schema.Finite,
  overSeconds: positive
})

/** The health of the process is no worse. */
export const HealthCondition = Schema.TaggedStruct("health", { atWorst: Schema.Literals(["ok", "degraded"]) })

export const Condition = Schema.Union([MetricCondition, HealthCondition])
export type Condition = typeof Condition.Type

export const Target = Schema.Union([
  Schema.TaggedStruct("stage", { stage: Schema.String }),
  Schema.TaggedStruct("dependency", { dependency: Dependency })
])
export type Target = typeof Target.Type

/** How far it may reach. */
export const BlastRadius = Schema.Struct({
  /** Of events at a stage, of calls of a dependency; which ones depends on their ids alone. */
  share,
  /** Only events of these sensors; empty: of all. */
  sources: Schema.Array(Schema.String),
  /** It ends by itself after so long. */
  seconds: positive.pipe(Schema.check(Schema.isLessThanOrEqualTo(3600)))
})

export const Experiment = Schema.Struct({
  name: Schema.NonEmptyString,
  fault: Fault,
  target: Target,
  radius: BlastRadius,
  /** What holds before, must hold meanwhile (else it is rolled back), and must hold again afterwards. */
  steadyState: Schema.Array(Condition)
})
export type Experiment = typeof Experiment.Type

const stageFaults: ReadonlyArray<FaultKind> = ["latency", "stall", "loss", "cpu"]

const dependencyFaults: Readonly<Record<Dependency, ReadonlyArray<FaultKind>>> = {
  log: ["latency", "stall", "failure", "disk-full", "disk-slow"],
  http: ["latency", "stall", "loss", "failure", "dns", "certificate"],
  clock: ["clock-skew"],
  process: ["cpu", "memory", "kill"]
}

/** Why an experiment cannot be; `undefined`: it can. `stages`: those that run. */
export const unfit = ({ fault, target }: Experiment, stages: ReadonlyArray<string>): string | undefined => {
  if (target._tag === "stage") {
    if (!stages.includes(target.stage)) return `there is no stage "${target.stage}": ${stages.join(", ")}`
    return stageFaults.includes(fault._tag)
      ? undefined
      : `a stage can have ${stageFaults.join(", ")}, not ${fault._tag}`
  }
  const allowed = dependencyFaults[target.dependency]
  return allowed.includes(fault._tag)
    ? undefined
    : `the dependency ${target.dependency} can have ${allowed.join(", ")}, not ${fault._tag}`
}

export const conditionText = (condition: Condition): string => {
  if (condition._tag === "health") return `health no worse than ${condition.atWorst}`
  const labels = Object.entries(condition.labels).map(([name, value]) => `${name}="${value}"`).join(",")
  return `${condition.name}${labels === "" ? "" : `{${labels}}`} ${
    condition.is === "at-most" ? "<=" : ">="
  } ${condition.bound} over ${condition.overSeconds} s`
}

export const targetText = (target: Target): string =>
  target._tag === "stage" ? `stage ${target.stage}` : `dependency ${target.dependency}`
