/**
 * Checks that imports in `src` point one way. Part of `npm run check`; `node scripts/importDirection.ts [folder]` runs it alone.
 *
 * Every file has one place:
 * - `domain/`, `operators/`, `commands/`, `main.ts`;
 * - in `layers/`, a **chooser** is a `...FromConfig.ts` file; an **adapter** is a file that reaches a client of the outside world:
 *   it imports a package other than `effect`, a Node module that does more than compute, or a file that is an adapter;
 *   every other file is a **service**: tags, their types and errors, memory variants;
 * - `testing/` is what tests of operators stand on: laws, test Layers, events by hand. The product imports none of it;
 * - `index.ts` directly under `domain`, `operators`, `layers` or `testing` is a **public entry**, for users of the package.
 *
 * So nobody keeps a list: a service that starts to import a socket becomes an adapter, and the operators that use it are reported.
 *
 * Type-only imports count, for cycles too: a type that two files need stands in a third. A whole folder of layers is one adapter's house:
 * its adapters may import each other, and reach those of another folder only through a service. `layers/sql` serves all: it holds connections, and no
 * service of its own meaning.
 */
import { realpathSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { findCycles } from "./findCycles.ts"
import { type ImportSite, parseImports } from "./parseImports.ts"

export interface Violation {
  /** Relative to the folder that was checked, as is `imports` where it names a file of ours. */
  readonly file: string
  readonly line: number
  readonly imports: string
  readonly rule: string
}

type Place =
  | "domain"
  | "operators"
  | "service"
  | "adapter"
  | "chooser"
  | "commands"
  | "testing"
  | "main"
  | "entry"
  | "nowhere"

interface Edge extends ImportSite {
  readonly from: string
  /** The file of ours, or undefined for a package, a Node module or a computed path. */
  readonly to: string | undefined
}

/** Node modules that only compute; a service may use them. */
const pureNodeModules = new Set(["node:assert", "node:buffer", "node:crypto", "node:path", "node:url", "node:util"])

/** What a place may import, once main, commands and public entries are out of the question; places not named here may import all of it. */
const allowed: Readonly<Partial<Record<Place, { readonly may: ReadonlyArray<Place>; readonly rule: string }>>> = {
  domain: { may: ["domain"], rule: "domain imports nothing of ours but domain" },
  operators: { may: ["domain", "operators", "service"], rule: "operators import domain and services, never adapters" },
  service: { may: ["domain", "service"], rule: "services import domain and services" },
  adapter: { may: ["domain", "service", "adapter"], rule: "adapters import services and domain" },
  testing: {
    may: ["domain", "operators", "service", "testing"],
    rule: "testing imports domain, operators and services, never adapters"
  },
  chooser: { may: ["domain", "service", "adapter", "chooser"], rule: "a ...FromConfig.ts imports domain and layers" }
}

export const checkImportDirection = (folder: string): ReadonlyArray<Violation> => {
  const root = realpathSync(folder)
  const files = new Map(
    [...parseImports(root)].map(([file, sites]) => [
      relative(root, file),
      sites.map((site): Edge => ({
        ...site,
        from: relative(root, file),
        to: site.specifier?.startsWith(".") ? relative(root, resolve(dirname(file), site.specifier)) : undefined
      }))
    ])
  )
  const reasons = adapterReasons(files)
  const placeOf = (file: string): Place => {
    if (file === "main.ts") return "main"
    if (/^(domain|operators|layers|testing)\/index\.ts$/.test(file)) return "entry"
    if (file.startsWith("domain/")) return "domain"
    if (file.startsWith("operators/")) return "operators"
    if (file.startsWith("commands/")) return "commands"
    if (file.startsWith("testing/")) return "testing"
    if (!file.startsWith("layers/")) return "nowhere"
    if (file.endsWith("FromConfig.ts")) return "chooser"
    return reasons.has(file) ? "adapter" : "service"
  }
  const brokenRule = (edge: Edge): string | undefined => {
    if (edge.specifier === undefined) return "the path of an import() is a plain string, so that it can be checked"
    if (/^perigee(\/|$)/.test(edge.specifier)) return "src imports its own files by relative path"
    if (edge.to === undefined) return undefined
    if (edge.to.startsWith("..")) return "src imports nothing outside src"
    if (!files.has(edge.to)) return "there is no such file"
    const from = placeOf(edge.from)
    const to = placeOf(edge.to)
    if (to === "main" || to === "entry") return "nothing imports main.ts or a public entry"
    if (from === "nowhere" || to === "nowhere") {
      return "a file lives in domain, operators, layers, commands or testing, or is main.ts"
    }
    if (to === "commands" && from !== "main" && from !== "commands") return "only main.ts imports commands"
    if (to === "testing" && from !== "testing" && !(from === "entry" && sameTop(edge.from, edge.to))) {
      return "nothing but tests imports testing"
    }
    if (from === "entry" && !sameTop(edge.from, edge.to) && to !== "domain") {
      return "a public entry exports its own folder and domain"
    }
    const why = to === "adapter" ? ` (an adapter: it reaches ${reasons.get(edge.to)})` : ""
    const rule = allowed[from]
    if (rule !== undefined && !rule.may.includes(to)) return `${rule.rule}${why}`
    if (
      from === "adapter" && to === "adapter" && folderOf(edge.from) !== folderOf(edge.to)
      && folderOf(edge.to) !== sharedHouse
    ) {
      return `an adapter reaches the adapters of another folder through their service${why}`
    }
    return undefined
  }
  const edges = [...files.values()].flat()
  const direction = edges.flatMap((edge) => {
    const rule = brokenRule(edge)
    return rule === undefined ? [] : [violation(edge, rule)]
  })
  const known = edges.filter((edge) => edge.to !== undefined && files.has(edge.to))
  const cycles = findCycles(known).map(({ edge, path }) => violation(edge, `import cycle: ${path.join(" -> ")}`))
  return [...direction, ...cycles]
}

const violation = (edge: Edge, rule: string): Violation => ({
  file: edge.from,
  line: edge.line,
  imports: edge.to ?? edge.specifier ?? "import(...)",
  rule
})

/** For each file of `layers` that is an adapter: the module it reaches and through which files, as `kafkajs by layers/log/KafkaLog.ts`. */
const adapterReasons = (files: ReadonlyMap<string, ReadonlyArray<Edge>>): ReadonlyMap<string, string> => {
  const reasons = new Map<string, string>()
  const layers = [...files].filter(([file]) => file.startsWith("layers/") && file !== "layers/index.ts")
  for (const [file, edges] of layers) {
    const client = edges.find((edge) =>
      edge.to === undefined && edge.specifier !== undefined && !isPure(edge.specifier)
    )
    if (client?.specifier !== undefined) reasons.set(file, client.specifier)
  }
  for (let before = -1; before < reasons.size;) {
    before = reasons.size
    for (const [file, edges] of layers) {
      const through = edges.find((edge) => edge.to !== undefined && reasons.has(edge.to))
      if (!reasons.has(file) && through?.to !== undefined) {
        reasons.set(file, `${reasons.get(through.to)?.replace(/ by .*/, "")} by ${through.to}`)
      }
    }
  }
  return reasons
}

const isPure = (specifier: string): boolean => /^effect(\/|$)/.test(specifier) || pureNodeModules.has(specifier)

/** Connections that adapters of several folders are made of. */
const sharedHouse = "layers/sql"

const folderOf = (file: string): string => file.split("/").slice(0, 2).join("/")

const sameTop = (a: string, b: string): boolean => a.split("/")[0] === b.split("/")[0]

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = process.argv[2] ?? "src"
  const violations = checkImportDirection(folder)
  for (const { file, line, imports, rule } of violations) {
    console.error(`${folder}/${file}:${line} imports ${imports}: ${rule}`)
  }
  if (violations.length > 0) process.exit(1)
}
