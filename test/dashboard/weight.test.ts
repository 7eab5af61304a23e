/** What the pages weigh as they were built, and that nothing in them goes anywhere else. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const built = join(import.meta.dirname, "../../dashboard/dist")
const files = existsSync(built) ? readdirSync(built, { recursive: true, encoding: "utf8" }) : []
const sizeOf = (name: string): number => {
  const compressed = files.includes(`${name}.gz`) ? `${name}.gz` : name
  return readFileSync(join(built, compressed)).length
}

describe("the built pages", () => {
  it("are there: npm install builds them", () => assert.include(files, "index.html"))

  it("weigh under 200 KB compressed, the first of them and what it loads under 60 KB", () => {
    const index = readFileSync(join(built, "index.html"), "utf8")
    const first = Array.from(index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g), ([, name = ""]) => name)
    assert.isAbove(first.length, 2)
    assert.isBelow(["index.html", ...first].map(sizeOf).reduce((sum, size) => sum + size, 0), 60_000)
    const all = files.filter((name) => /\.(html|js|css|svg)$/.test(name))
    assert.isBelow(all.map(sizeOf).reduce((sum, size) => sum + size, 0), 200_000)
  })

  it("hold no script, no style and no address of another host", () => {
    const index = readFileSync(join(built, "index.html"), "utf8")
    assert.notMatch(index, /<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/)
    for (const name of files.filter((each) => /\.(html|js|css)$/.test(each))) {
      const text = readFileSync(join(built, name), "utf8")
      const hosts = Array.from(text.matchAll(/https?:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+/g), ([host]) => host)
      // Names of XML's kinds and addresses in commands to be copied: nobody asks for them.
      const known = new Set(["http://www.w3.org", "http://127.0.0.1"])
      assert.deepStrictEqual(hosts.filter((host) => !known.has(host)), [], name)
    }
  })
})
