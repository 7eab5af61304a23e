/**
 * Names that a scraper takes, for the metrics and labels of whoever chose theirs freely.
 *
 * What stands in no name becomes `_`. Two families never share the name of a sample, which would make a scraper refuse all of them, and two
 * labels of a family never share a name, which would make one series of two: the second gets another. The names depend on which families there
 * are and not on which came first, so they are the same after a restart.
 */

export type FamilyType = "counter" | "gauge" | "histogram" | "summary" | "info"

/** What stands behind a family's name in those of its samples, and what scrapers keep for it. */
const suffixes: Readonly<Record<FamilyType, ReadonlyArray<string>>> = {
  counter: ["", "_total", "_created"],
  gauge: [""],
  histogram: ["", "_bucket", "_count", "_sum", "_created"],
  summary: ["", "_count", "_sum", "_created"],
  info: ["", "_info"]
}

const legal = (text: string, illegal: RegExp): string => {
  const name = text.replaceAll(illegal, "_")
  return /^[a-zA-Z_:]/.test(name) ? name : `_${name}`
}

/** The name of a family by that of its metric, without the suffix that its samples get. */
const familyName = (id: string, type: FamilyType): string => {
  const name = legal(id, /[^a-zA-Z0-9_:]+/g)
  const suffix = type === "counter" ? "_total" : type === "info" ? "_info" : ""
  return name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, name.length - suffix.length) : name
}

interface Named {
  readonly id: string
  readonly type: FamilyType
}

const order: ReadonlyArray<FamilyType> = ["counter", "histogram", "summary", "info", "gauge"]

interface FamilyName {
  readonly name: string
  /** Another has the name that this one would have. */
  readonly yields: boolean
}

/** A name for each. Where two want the same, a counter keeps it before a histogram, and a gauge yields to all. */
export const familyNames = <F extends Named>(families: ReadonlyArray<F>): ReadonlyMap<F, FamilyName> => {
  const taken = new Set<string>()
  const names = new Map<F, FamilyName>()
  const wanted = families.toSorted((a, b) =>
    order.indexOf(a.type) - order.indexOf(b.type) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
  for (const family of wanted) {
    const { id, type } = family
    const own = familyName(id, type)
    const isFree = (name: string) => suffixes[type].every((suffix) => !taken.has(name + suffix))
    let name = own
    for (let i = 1; !isFree(name); i++) name = `${own}_${type}${i === 1 ? "" : i}`
    for (const suffix of suffixes[type]) taken.add(name + suffix)
    names.set(family, { name, yields: name !== own })
  }
  return names
}

const ownName = (label: string): string => legal(label, /[^a-zA-Z0-9_]+/g).replace(/^__+/, "_")

/** A name for each label of a family; `reserved` are those that the format itself puts there. One that begins with `__` is the scraper's own. */
export const labelNames = (
  labels: ReadonlySet<string>,
  reserved: ReadonlyArray<string>
): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  const taken = new Set(reserved)
  // Those that are right as they are keep their names.
  const wanted = Array.from(labels).toSorted((a, b) =>
    Number(ownName(a) !== a) - Number(ownName(b) !== b) || (a < b ? -1 : 1)
  )
  for (const label of wanted) {
    const own = taken.has(label) ? `exported_${ownName(label)}` : ownName(label)
    let name = own
    for (let i = 2; taken.has(name); i++) name = `${own}_${i}`
    taken.add(name)
    names.set(label, name)
  }
  return names
}
