import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { configurationPath, configurationText } from "../../../scripts/docs/configuration.ts"
import { allSettings } from "../../../src/layers/config/settings.ts"

describe("docs/configuration.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../..", configurationPath), "utf8")

  it("is what the table of settings makes of it (node scripts/docs/configuration.ts)", () => {
    assert.strictEqual(page, configurationText())
  })

  it.each(allSettings.map(({ row }) => row.name))("has %s", (name) => {
    assert.strictEqual(page.split(`| \`${name}\``).length, 2)
  })
})
