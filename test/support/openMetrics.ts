/** A strict reader of OpenMetrics 1.0.0 text: throws, naming the line, for whatever the format does not allow. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar:
    | { readonly labels: Readonly<Record<string, string>>; readonly value: number; readonly time: number }
    | undefined
}

export interface Family {
  readonly name: string
  readonly type: string
  unit: string | undefined
  help: string | undefined
  readonly samples: Array<Sample>
}

const labelSet = String.raw`\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,(?=[a-zA-Z_]))?)*)\}`
const number = String.raw`[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|Inf)|NaN`
const sampleLine = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:${labelSet})? (${number})(?: # ${labelSet} (${number}) (\d+\.\d+))?$`
)
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/g

const labelsOf = (text: string | undefined): Record<string, string> =>
  Object.fromEntries(
    Array.from((text ?? "").matchAll(label), ([, name = "", value = ""]) => [
      name,
      value.replaceAll("\\n", "\n").replaceAll("\\\"", "\"").replaceAll("\\\\", "\\")
    ])
  )

const numberOf = (text: string): number => Number(text.replace("Inf", "Infinity"))

const suffixes: Readonly<Record<string, ReadonlyArray<string>>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_count", "_sum"],
  summary: ["", "_count", "_sum"],
  info: ["_info"]
}

const withoutLe = ({ labels: { le: _, ...rest } }: Sample): string => JSON.stringify(rest)

const checkHistogram = ({ name, samples }: Family): void => {
  for (const series of new Set(samples.map(withoutLe))) {
    const own = samples.filter((sample) => withoutLe(sample) === series)
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`)
    const count = own.find((sample) => sample.name === `${name}_count`)
    const last = buckets.at(-1)
    if (last?.labels.le !== "+Inf") throw new Error(`${name}${series}: the last bucket is not +Inf`)
    if (last.value !== count?.value) throw new Error(`${name}${series}: +Inf is not the count`)
    let lower = -Infinity
    let below = 0
    for (const { exemplar, labels, value } of buckets) {
      const le = numberOf(labels.le ?? "")
      if (le <= lower || value < below) throw new Error(`${name}${series}: buckets are not in order`)
      if (exemplar !== undefined && !(exemplar.value > lower && exemplar.value <= le)) {
        throw new Error(`${name}${series}: an exemplar outside of its bucket ${le}`)
      }
      lower = le
      below = value
    }
  }
}

export const parseOpenMetrics = (text: string): ReadonlyMap<string, Family> => {
  if (!text.endsWith("# EOF\n")) throw new Error("does not end with # EOF")
  const families = new Map<string, Family>()
  let current: Family | undefined
  for (const line of text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1)) {
    const meta = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line)
    if (meta !== null) {
      const [, kind, name = "", rest = ""] = meta
      if (kind === "TYPE") {
        if (families.has(name)) throw new Error(`a family twice: ${line}`)
        if (!(rest in suffixes)) throw new Error(`an unknown type: ${line}`)
        current = { name, type: rest, unit: undefined, help: undefined, samples: [] }
        families.set(name, current)
      } else if (current?.name !== name || current.samples.length > 0) throw new Error(`out of place: ${line}`)
      else if (kind === "UNIT") {
        if (!name.endsWith(`_${rest}`)) throw new Error(`the unit is no suffix: ${line}`)
        current.unit = rest
      } else current.help = rest
      continue
    }
    const match = sampleLine.exec(line)
    if (match === null || current === undefined) throw new Error(`no sample: ${line}`)
    const [, name = "", labels, value = "", exemplarLabels, exemplarValue, exemplarTime] = match
    const suffix = name.slice(current.name.length)
    if (!name.startsWith(current.name) || !suffixes[current.type]?.includes(suffix)) {
      throw new Error(`not of family ${current.name} (${current.type}): ${line}`)
    }
    if (exemplarValue !== undefined && suffix !== "_total" && suffix !== "_bucket") {
      throw new Error(`an exemplar where none may be: ${line}`)
    }
    const found = labelsOf(exemplarLabels)
    if (Object.entries(found).flat().join("").length > 128) {
      throw new Error(`the exemplar's labels are too long: ${line}`)
    }
    current.samples.push({
      name,
      labels: labelsOf(labels),
      value: numberOf(value),
      exemplar: exemplarValue === undefined
        ? undefined
        : { labels: found, value: numberOf(exemplarValue), time: Number(exemplarTime) }
    })
  }
  for (const family of families.values()) {
    const keys = family.samples.map(({ labels, name }) => JSON.stringify([name, labels]))
    if (new Set(keys).size !== keys.length) throw new Error(`${family.name}: a series twice`)
    if (family.type === "histogram") checkHistogram(family)
  }
  return families
}
