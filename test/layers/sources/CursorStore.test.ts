import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CursorStore } from "../../../src/layers/sources/CursorStore.ts"
import { FileCursorStore } from "../../../src/layers/sources/FileCursorStore.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-cursor-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const contract = Effect.gen(function*() {
  const store = yield* CursorStore
  expect(yield* store.load("a/b")).toBeUndefined()
  yield* store.save("a/b", 1_767_225_600_000.25)
  yield* store.save("other", 5)
  yield* store.save("a/b", 1_767_225_600_001.5)
  expect(yield* store.load("a/b")).toBe(1_767_225_600_001.5)
  expect(yield* store.load("other")).toBe(5)
})

describe("CursorStore", () => {
  it.effect("memory: gives what was saved last under each name", () =>
    Effect.provide(contract, CursorStore.layerMemory))

  it.effect("files: the same, across instances, leaving no other file; a spoilt file is an error", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporary, "made", "for it")
      const layer = Layer.fresh(FileCursorStore.layer(directory))
      yield* Effect.provide(contract, layer)
      expect(yield* Effect.provide(Effect.flatMap(CursorStore, (store) => store.load("a/b")), layer))
        .toBe(1_767_225_600_001.5)
      expect(readdirSync(directory).sort()).toEqual(["a%2Fb.cursor", "other.cursor"])
      writeFileSync(join(directory, "other.cursor"), "never")
      const spoilt = yield* Effect.result(
        Effect.provide(Effect.flatMap(CursorStore, (store) => store.load("other")), layer)
      )
      expect(Result.isFailure(spoilt) && spoilt.failure.message).toContain("does not hold a time: never")
    }).pipe(Effect.scoped))
})
