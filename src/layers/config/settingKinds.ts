/** What a setting's text may be. Each kind reads a text, writes a value back as text, and says what it expects. */
import { ByteSize, Effect, Option, Result, Schema } from "effect"
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

/** One of OpenTelemetry's enumerations: in capitals or not. */
export const enumeration = <const C extends string>(...choices: ReadonlyArray<C>): Kind<C> => {
  const { parse, ...kind } = choice(...choices)
  return { ...kind, parse: (text) => parse(text.trim().toLowerCase()) }
}

/** OpenTelemetry's Boolean: true is `true`, in capitals or not. */
export const trueOrFalse: Kind<boolean> = kind({
  expected: "true or false",
  unit: "choice",
  parse: (text) => {
    const word = text.trim().toLowerCase()
    return word === "true" ? true : word === "false" ? false : undefined
  },
  format: String
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
  readonly maximum: number
  /** The minimum itself is not allowed. */
  readonly above?: boolean
  readonly whole?: boolean
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

export const number = ({ above = false, maximum, minimum, unit, whole = false }: Bounds): Kind<number> => {
  const range = `${above ? "above" : "from"} ${minimum} to ${maximum}`
  return kind({
    expected: `${whole ? "a whole number" : "a number"} ${range}`,
    unit,
    parse: (text) => {
      const value = decimal.test(text.trim()) ? Number(text) : Number.NaN
      const inRange = (above ? value > minimum : value >= minimum) && value <= maximum
      return inRange && (!whole || Number.isSafeInteger(value)) ? value : undefined
    },
    format: String
  })
}

export const port: Kind<number> = number({ unit: "port", minimum: 0, maximum: 65_535, whole: true })

/** Milliseconds; what is a number of milliseconds at most, as a person writes it. */
export const duration = (atMost: string): Kind<number> => {
  const maximum = parseDuration(atMost) ?? 0
  return kind({
    expected: `a number above 0 and ms, s, m, h or d, at most ${atMost}`,
    unit: "duration",
    parse: (text) => {
      const millis = parseDuration(text)
      return millis !== undefined && millis <= maximum ? millis : undefined
    },
    format: formatDuration
  })
}

/** OpenTelemetry's durations are whole milliseconds without a unit. */
const mostMillis = 2 ** 31 - 1

export const otelMillis: Kind<number> = number({ unit: "ms", minimum: 1, maximum: mostMillis, whole: true })

/** And its timeouts, where 0 means none: the longest that there is. */
export const otelTimeout: Kind<number> = (() => {
  const { parse, ...kind } = number({ unit: "ms", minimum: 0, maximum: mostMillis, whole: true })
  return { ...kind, parse: (text: string) => parse(text) === 0 ? mostMillis : parse(text) }
})()

const parseBytes = (text: string): number | undefined => {
  const bare = /^\s*(\d+)\s*$/.exec(text)
  const size = bare === null ? ByteSize.fromString(text) : Option.some(ByteSize.bytes(BigInt(bare[1] ?? "0")))
  const value = Option.getOrUndefined(Option.flatMap(size, ByteSize.toNumber))
  return value !== undefined && value > 0 ? value : undefined
}

/** The shortest of these that is read back as the same number. */
const formatBytes = (value: number): string => {
  const size = ByteSize.bytes(value)
  return [ByteSize.format(size), ByteSize.format(size, { system: "decimal" })].find((text) =>
    parseBytes(text) === value
  )
    ?? String(value)
}

/** A size, such as `4 MiB`, `1.5 MB` or a bare number of bytes. */
export const bytes = (atMost: string): Kind<number> => {
  const maximum = parseBytes(atMost) ?? 0
  return kind({
    expected: `bytes above 0, or kB, MB, GB, KiB, MiB or GiB, at most ${atMost}`,
    unit: "bytes",
    parse: (text) => {
      const value = parseBytes(text)
      return value !== undefined && value <= maximum ? value : undefined
    },
    format: formatBytes
  })
}

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

/** A stage may have any name that has none of these. */
const operatorLevel = new RegExp(`^[^=,]+=(${logLevels})$`)

/** Log levels by stage. */
export const levels: Kind<string> = kind({
  expected: `stage=level, separated by commas, of ${logLevels.replaceAll("|", ", ")}`,
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

/** The same, of names and values that HTTP allows. */
export const httpHeaders: Kind<Readonly<Record<string, string>>> = {
  ...keyValues,
  expected: `${keyValues.expected}: names and values of HTTP headers`,
  parse: (text) => {
    const headers = keyValues.parse(text)
    const allowed = Object.entries(headers ?? {}).every(([name, value]) =>
      /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)
    )
    return allowed ? headers : undefined
  }
}

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
