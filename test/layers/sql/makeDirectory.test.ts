import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { makeDirectory } from "../../../src/layers/sql/makeDirectory.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

describe("makeDirectory", () => {
  it.effect("makes those above too, and refuses what is no directory", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      makeDirectory(join(directory, "a/b/c"))
      makeDirectory(join(directory, "a/b/c"))
      assert.isTrue(existsSync(join(directory, "a/b/c")))
      writeFileSync(join(directory, "file"), "")
      assert.throws(() => makeDirectory(join(directory, "file")), "no directory")
      assert.throws(() => makeDirectory(join(directory, "file/under")))
    }).pipe(Effect.scoped))

  it.skipIf(!existsSync("/proc/self"))(
    "a place where nothing can be made is refused, with exit code 2, and not tried for ever",
    () => {
      assert.throws(() => makeDirectory("/proc/x"), "ENOENT")
      const program = resolve(import.meta.dirname, "../../../bin/perigee.js")
      const { status, stderr } = spawnSync(process.execPath, [program, "run", "--data-dir", "/proc/x"], {
        encoding: "utf8",
        timeout: 20_000
      })
      assert.strictEqual(status, 2)
      assert.include(stderr, "--data-dir /proc/x: cannot be used: ENOENT")
    }
  )
})
