/** Every public operator has a page with its contract, and what the pages show compiles. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")
const folder = join(root, "docs/operators")

const pages = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .map((file) => [file, readFileSync(join(folder, file), "utf8")] as const)
)

const index = readFileSync(join(root, "src/operators/index.ts"), "utf8")

/** Folders whose public names are no operators: what they draw, compute or are made by. */
const others = new Set(["graph", "aggregates", "stage"])

/** One public operator a file: the file's name is the operator's. */
const operators = Array.from(index.matchAll(/from "\.\/(\w+)\/([a-z]\w*)\.ts"/g))
  .flatMap(([, folder = "", name = ""]) => others.has(folder) ? [] : [name])

const headings = (page: string): ReadonlyArray<string> =>
  Array.from(page.matchAll(/^#{1,2} (.+)$/gm), ([, text = ""]) => text)

const pageOf = (name: string): string | undefined =>
  Array.from(pages.values()).find((page) => headings(page).some((text) => new RegExp(`\\b${name}\\b`).test(text)))

/** The words that its paragraphs in bold, or the rows of its table, begin with. */
const contractOf = (page: string): string =>
  Array.from(
    page.matchAll(/^(?:\*\*(.+?)\*\*|\| (.+?) \|)/gm),
    ([, bold = "", cell = ""]) => `${bold} ${cell}`.toLowerCase()
  )
    .join(" ")

const words = ["order", "arrays", "time", "state", "errors", "cost"]

const snippets = Array.from(pages).flatMap(([file, page]) =>
  Array.from(page.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code = ""], number) => ({
    name: `${file.replace(".md", "")}-${number + 1}.ts`,
    code
  }))
)

describe("docs/operators", () => {
  it("finds operators, pages and snippets", () => {
    assert.includeMembers(operators, ["fork", "merge", "source", "window"])
    assert.isAbove(snippets.length, 10)
  })

  it.for([...operators, "map", "filter", "Pipeline"])("%s has a page that says its contract", (name) => {
    const page = pageOf(name)
    if (page === undefined) return assert.fail(`no page of docs/operators has ${name} in a heading`)
    for (const word of words) assert.include(contractOf(page), word)
  })

  it("the index leads to every page, and every link to a page that is there", () => {
    const readme = pages.get("README.md") ?? ""
    for (const file of pages.keys()) {
      if (file !== "README.md") assert.include(readme, `(${file})`)
    }
    for (const [file, page] of pages) {
      for (const [, target = ""] of page.matchAll(/\]\((\w+\.md)\)/g)) {
        assert.isTrue(pages.has(target), `${file} links to ${target}`)
      }
    }
  })

  it("snippets import what a user can import", () => {
    for (const { code, name } of snippets) {
      for (const [, from = ""] of code.matchAll(/from "([^"]+)"/g)) {
        assert.match(from, /^(perigee\/(domain|operators|layers)|effect(\/.+)?)$/, name)
      }
    }
  })

  it("every snippet compiles under the settings of this project", () => {
    const directory = mkdtempSync(join(tmpdir(), "perigee-docs-"))
    try {
      symlinkSync(join(root, "node_modules"), join(directory, "node_modules"))
      writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }))
      for (const { code, name } of snippets) writeFileSync(join(directory, name), code)
      writeFileSync(
        join(directory, "tsconfig.json"),
        JSON.stringify({
          extends: join(root, "tsconfig.json"),
          compilerOptions: { paths: { "perigee/*": [join(root, "src/*/index.ts")] } },
          include: ["*.ts"]
        })
      )
      const tsc = execFileSync(join(root, "node_modules/.bin/effect-tsgo"), ["get-exe-path"], { encoding: "utf8" })
        .trim()
      const { status, stdout } = spawnSync(tsc, ["-p", directory, "--pretty", "false"], { encoding: "utf8" })
      assert.strictEqual(stdout, "")
      assert.strictEqual(status, 0)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }, 120_000)
})
