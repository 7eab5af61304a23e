/** An experiment out of the flags of `perigee chaos run`. */
import { Result } from "effect"
import {
  type Condition,
  dependencies,
  type Dependency,
  type Experiment,
  type Fault,
  type FaultKind,
  type Target
} from "../../domain/chaos/Experiment.ts"

export interface ExperimentFlags {
  readonly fault: FaultKind
  readonly stage: string | undefined
  readonly dependency: string | undefined
  readonly share: number
  readonly sources: string
  readonly seconds: number
  readonly millis: number
  readonly busy: number
  readonly megabytes: number
  readonly expect: ReadonlyArray<string>
}

/** Where a fault strikes that names no place. */
const usualDependency: Readonly<Record<FaultKind, Dependency>> = {
  latency: "log",
  stall: "log",
  loss: "http",
  failure: "log",
  cpu: "process",
  memory: "process",
  "disk-full": "log",
  "disk-slow": "log",
  "clock-skew": "clock",
  dns: "http",
  certificate: "http",
  kill: "process"
}

const faultOf = ({ busy, fault, megabytes, millis }: ExperimentFlags): Fault => {
  switch (fault) {
    case "latency":
    case "disk-slow":
    case "clock-skew":
      return { _tag: fault, millis }
    case "cpu":
      return { _tag: fault, busy }
    case "memory":
      return { _tag: fault, bytes: megabytes * 1e6 }
    default:
      return { _tag: fault }
  }
}

const targetOf = ({ dependency, fault, stage }: ExperimentFlags): Result.Result<Target, string> => {
  if (stage !== undefined && dependency !== undefined) return Result.fail("--stage and --dependency: one of both")
  if (stage !== undefined) return Result.succeed({ _tag: "stage", stage })
  const named = dependency ?? usualDependency[fault]
  const known = dependencies.find((one) => one === named)
  return known === undefined
    ? Result.fail(`--dependency ${named}: expected ${dependencies.join(", ")}`)
    : Result.succeed({ _tag: "dependency", dependency: known })
}

const syntax = /^([a-z][a-z0-9_]*)(?:\{([^}]*)\})?\s*(<=|>=)\s*(-?\d+(?:\.\d+)?)(?:@(\d+)s)?$/

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(",").map((part) => part.trim()).filter((part) => part !== "").map((part) => {
      const [name = "", value = ""] = part.split("=")
      return [name.trim(), value.trim().replace(/^"(.*)"$/, "$1")]
    })
  )

/** `health<=degraded`, or `metric{label=value}<=5@10s`. */
export const conditionOf = (text: string): Result.Result<Condition, string> => {
  const health = /^health<=(ok|degraded)$/.exec(text.trim())?.[1]
  if (health === "ok" || health === "degraded") return Result.succeed({ _tag: "health", atWorst: health })
  const [, name, labels = "", comparison, bound, seconds = "10"] = syntax.exec(text.trim()) ?? []
  return name === undefined
    ? Result.fail(`--expect "${text}": expected health<=degraded, or such as pipeline_unread_records<=5000@10s`)
    : Result.succeed({
      _tag: "metric",
      name,
      labels: labelsOf(labels),
      is: comparison === "<=" ? "at-most" : "at-least",
      bound: Number(bound),
      overSeconds: Number(seconds)
    })
}

/** The process must not fail by it, where nothing else is expected. */
const usualSteadyState: ReadonlyArray<Condition> = [{ _tag: "health", atWorst: "degraded" }]

export const experimentOf = (flags: ExperimentFlags): Result.Result<Experiment, string> =>
  Result.gen(function*() {
    const target = yield* targetOf(flags)
    const steadyState: Array<Condition> = []
    for (const text of flags.expect) steadyState.push(yield* conditionOf(text))
    if (!(flags.share >= 0 && flags.share <= 1)) return yield* Result.fail("--share: expected 0 to 1")
    return {
      name: flags.fault,
      fault: faultOf(flags),
      target,
      radius: {
        share: flags.share,
        sources: flags.sources.split(",").map((one) => one.trim()).filter((one) => one !== ""),
        seconds: flags.seconds
      },
      steadyState: steadyState.length === 0 ? usualSteadyState : steadyState
    }
  })
