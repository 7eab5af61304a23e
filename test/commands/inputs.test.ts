import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { readCatalogueFile, readRegistry } from "../../src/commands/inputs.ts"

const fileWith = (name: string, content: string | Uint8Array) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-inputs-"))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
    ),
    (directory) => {
      const path = join(directory, name)
      writeFileSync(path, content)
      return path
    }
  )

const catalogue = `IRIDIUM 33
1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775
2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336
`
const sensors = `[{ "sourceId": "link", "kind": "isl", "satelliteId": 1 }]`
const observation = JSON.stringify({ sourceId: "r", sourceKind: "radar", sensorTimestamp: "2026-01-01T00:00:00Z" })

describe("files of a command", () => {
  it.effect("a catalogue and a registry, packed by gzip, or with a byte order mark", () =>
    Effect.gen(function*() {
      for (const change of [gzipSync, (text: string) => `\uFEFF${text}`]) {
        const read = yield* readCatalogueFile(yield* fileWith("c", change(catalogue)))
        expect([...read.values()].map(({ name, objectId }) => [objectId, name])).toEqual([["24946", "IRIDIUM 33"]])
        const registry = yield* readRegistry(Option.some(yield* fileWith("s", change(sensors))))
        expect([...registry.bySourceId.keys()]).toEqual(["link"])
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.effect("gzip that is none behind its first bytes is bad input that names the file", () =>
    Effect.gen(function*() {
      const path = yield* fileWith("c.gz", gzipSync(catalogue).subarray(0, 40))
      const error = yield* Effect.flip(readCatalogueFile(path))
      expect(error._tag).toBe("InputError")
      expect(error.message).toBe(`${path}: unexpected end of file`)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.effect("observations where the catalogue should be: one line, which asks whether the two are swapped", () =>
    Effect.gen(function*() {
      for (const text of [`${observation}\n`.repeat(5000), "CCSDS_TDM_VERS = 2.0\n"]) {
        const error = yield* Effect.flip(readCatalogueFile(yield* fileWith("o.jsonl", text)))
        expect(error.message.split("\n")).toHaveLength(1)
        expect(error.message).toMatch(/o\.jsonl:1: no element set found: .* are --input and --catalogue swapped\?$/)
      }
      const other = yield* Effect.flip(readCatalogueFile(yield* fileWith("package.json", "{\n \"name\": \"x\"\n}\n")))
      expect(other.message).toMatch(/package\.json:1: .* looks like JSON of another kind$/)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
})
