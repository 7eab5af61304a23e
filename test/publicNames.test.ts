import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const manifest: { readonly exports: Readonly<Record<string, { readonly "perigee-source": string }>> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8")
)

/** What stands only in types, by what the entry says of itself. */
const typesOf = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/^export (type )?\{([^}]*)\} from/gm)).flatMap(([, all, names = ""]) =>
    names.split(",").map((name) => name.trim()).filter((name) =>
      name !== "" && (all !== undefined || name.startsWith("type "))
    )
      .map((name) => `type ${name.replace(/^type /, "")}`)
  )

const isNamespace = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Reflect.get(value, Symbol.toStringTag) === "Module"

/** Names of values, those of a namespace below it. */
const valuesOf = (entry: object): ReadonlyArray<string> =>
  Object.entries(entry).flatMap(([name, value]) =>
    [name].concat(isNamespace(value) ? Object.keys(value).map((member) => `${name}.${member}`) : [])
  )

/** A change of what is public is a change of this text: `npx vitest run test/publicNames.test.ts -u` writes it anew. */
describe("the public entries", () => {
  it("have these names and no other", async () => {
    const parts = await Promise.all(
      Object.entries(manifest.exports).map(async ([entry, { "perigee-source": file }]) => {
        const path = join(root, file)
        const names = [
          ...valuesOf(await import(path)),
          ...(path.endsWith("index.ts") ? typesOf(readFileSync(path, "utf8")) : [])
        ]
        return [`perigee${entry.slice(1)}`, ...names.toSorted().map((name) => `  ${name}`)].join("\n")
      })
    )
    await expect(`${parts.join("\n\n")}\n`).toMatchFileSnapshot("publicNames.txt")
  })

  it("export by name, so that nothing becomes public unseen", () => {
    for (const entry of ["domain", "operators", "layers", "testing"]) {
      const text = readFileSync(join(root, "src", entry, "index.ts"), "utf8")
      expect(text).not.toMatch(/^export \* from/m)
    }
  })
})
