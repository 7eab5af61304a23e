/** What a setting's text may be. Each kind reads a text, writes a value back as text, and says what it expects. */
import { Effect, Result, Schema } from "effect"
import type { PolicyDefinition } from "../../domain/sampling/policies/definePolicy.ts"
import type { Policy } from "../../domain/sampling/policies/Policy.ts"
import { parsePolicy } from "../../domain/sampling/policies/policySchema.ts"
import { faultNames } from "../../domain/simulation/faults.ts"
import { formatDuration, parseDuration } from "../../domain/time/duration.ts"
import { httpUrl, shownAddress } from "../client/address.ts"
import { OwnPolicies } from "../sampling/OwnPolicies.ts"

export interface Kind<A> {
  /** Reads on from "expected". */
  readonly expected: string
  /** Of a bare number; for other kinds what the text is. */
  readonly unit: string
  /** `undefined` for a text that is none of these. */
  readonly parse: (text: string) => A | undefined
  /** In place of `parse` where that asks services, or can say why: fails with what was expected, and what is wrong. */
  readonly read?: (text: string) => Effect.Effect<A, string>
  /** `parse(format(value))` is `value`. */
  readonly format: (value: A) => string
  /** The text without what must not be shown. */
  readonly redact: (text: string) => string
}

const kind = <A>(options: Omit<Kind<A>, "redact"> & { readonly redact?: Kind<A>["redact"] }): Kind<A> => ({
  redact: () => "<redacted>",
  ...options
})

export const text = (unit: string): Kind<string> =>
  kind({
    expected: `${unit}, not empty`,
    unit,
    parse: (text) => text === "" ? undefined : text,
    format: (text) => text
  })

export const choice = <const C extends string>(...choices: ReadonlyArray<C>): Kind<C> =>
  kind({
    expected: `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`,
    unit: "choice",
    parse: (text) => choices.find((choice) => choice === text),
    format: (choice) => choice
  })

export const onOff: Kind<boolean> = kind({
  expected: "on or off",
  unit: "choice",
  parse: (text) => text === "on" ? true : text === "off" ? false : undefined,
  format: (on) => on ? "on" : "off"
})

interface Bounds {
  readonly unit: string
  readonly minimum: number
  readonly maximum?: number
  /** The minimum itself is not allowed. */
  readonly above?: boolean
  readonly whole?: boolean
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

export const number = ({ above = false, maximum, minimum, unit, whole = false }: Bounds): Kind<number> => {
  const range = maximum === undefined
    ? `${above ? "above" : "from"} ${minimum}${above ? "" : " up"}`
    : `${above ? "above" : "from"} ${minimum} to ${maximum}`
  return kind({
    expected: `${whole ? "a whole number" : "a number"} ${range}`,
    unit,
    parse: (text) => {
      const value = decimal.test(text.trim()) ? Number(text) : Number.NaN
      const inRange = (above ? value > minimum : value >= minimum) && value <= (maximum ?? Number.MAX_VALUE)
      return inRange && (!whole || Number.isSafeInteger(value)) ? value : undefined
    },
    format: String
  })
}

export const port: Kind<number> = number({ unit: "port", minimum: 0, maximum: 65_535, whole: true })

/** Milliseconds. */
export const duration: Kind<number> = kind({
  expected: "a number above 0 and ms, s, m, h or d",
  unit: "duration",
  parse: parseDuration,
  format: formatDuration
})

const byteUnits: ReadonlyArray<readonly [name: string, size: number]> = [["MiB", 1 << 20], ["KiB", 1 << 10]]

export const bytes: Kind<number> = kind({
  expected: "a whole number of bytes above 0, or of KiB or MiB",
  unit: "bytes",
  parse: (text) => {
    const match = /^(\d+)\s*(KiB|MiB)?$/.exec(text.trim())
    const size = byteUnits.find(([name]) => name === match?.[2])?.[1] ?? 1
    const value = match === null ? 0 : Number(match[1]) * size
    return value > 0 && Number.isSafeInteger(value) ? value : undefined
  },
  format: (value) => {
    const unit = byteUnits.find(([, size]) => value % size === 0)
    return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`
  }
})

/** Credentials and the query, which may hold a key, are not for showing. */
export const url: Kind<string> = kind({
  expected: "an http or https address",
  unit: "address",
  parse: (text) => httpUrl(text) === undefined ? undefined : text,
  format: (text) => text,
  redact: shownAddress
})

/** `host:port`, separated by commas. */
export const addresses = kind<ReadonlyArray<string>>({
  expected: "host:port, more of them separated by commas",
  unit: "host:port",
  parse: (text) => {
    const list = text.split(",").map((address) => address.trim())
    return list.every((address) => /^[^:\s]+:\d{1,5}$/.test(address)) ? list : undefined
  },
  format: (list) => list.join(",")
})

const logLevels = "trace|debug|info|warn|error|fatal|none"

const operatorLevel = new RegExp(`^[a-z][a-z0-9-]*=(${logLevels})$`)

/** Log levels by operator. */
export const levels: Kind<string> = kind({
  expected: `operator=level, separated by commas, of ${logLevels.replaceAll("|", ", ")}`,
  unit: "list",
  parse: (text) => text.split(",").every((part) => part === "" || operatorLevel.test(part.trim())) ? text : undefined,
  format: (text) => text
})

const fault = new RegExp(`^(${faultNames.join("|")})(=[^@,]+)?(@\\d+(\\.\\d+)?s?)?$`)

/** Feed faults; whether the sensors named exist is judged by who knows the sensors. */
export const faults: Kind<string> = kind({
  expected: `name[=source][@seconds], separated by commas, of ${faultNames.join(", ")}`,
  unit: "list",
  parse: (text) => text.split(",").every((part) => text === "" || fault.test(part.trim())) ? text : undefined,
  format: (text) => text
})

/** OpenTelemetry's list form: `key=value`, separated by commas, both percent-encoded where they need it. */
export const keyValues = kind<Readonly<Record<string, string>>>({
  expected: "key=value, more of them separated by commas, percent-encoded where needed",
  unit: "list",
  parse: (text) => {
    const entries = text.split(",").filter((part) => part.trim() !== "").map((part) => {
      const cut = part.indexOf("=")
      const key = decodePart(part.slice(0, Math.max(0, cut)))
      const value = decodePart(part.slice(cut + 1))
      return key === undefined || key === "" || value === undefined ? undefined : [key, value] as const
    })
    const known = entries.filter((entry) => entry !== undefined)
    return known.length === entries.length ? Object.fromEntries(known) : undefined
  },
  format: (record) =>
    Object.entries(record).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join(",")
})

const decodePart = (part: string): string | undefined => Result.getOrUndefined(decodeUriComponent(part.trim()))

const decodeUriComponent = Schema.decodeResult(Schema.StringFromUriComponent)

const parseJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))

const readPolicy = (text: string, own: ReadonlyArray<PolicyDefinition> = []) =>
  Result.flatMap(parseJson(text), (json) => parsePolicy(json, own))

const aPolicy = "a tail-sampling policy (docs/sampling.md)"

/** A tail-sampling policy, built in or one of {@link OwnPolicies}. */
export const policy: Kind<Policy> = kind({
  expected: aPolicy,
  unit: "JSON",
  parse: (text) => Result.getOrUndefined(readPolicy(text)),
  read: (text) =>
    Effect.flatMap(OwnPolicies, (own) => Effect.fromResult(readPolicy(text, own))).pipe(
      Effect.mapError(({ message }) => `expected ${aPolicy}: ${message.replaceAll(/\n\s+/g, " ")}`)
    ),
  format: (policy) => JSON.stringify(policy)
})
