/**
 * The packed package as its users get it: unpacked in a project elsewhere, beside exactly the dependencies that it declares.
 *
 * Those are links to this checkout's own, so that the test needs no network and takes seconds; a package that `src` imports without
 * declaring it is still not found. `.ci/run` installs the packed file for real.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"

const root = join(import.meta.dirname, "..")
const manifest: { readonly version: string; readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8")
)

describe("the packed package", () => {
  const user = mkdtempSync(join(tmpdir(), "perigee-user-"))
  const modules = join(user, "node_modules")

  // This Node first: npm and npx are scripts that take the first one they find.
  const environment = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}` }
  const run = (folder: string, command: string, ...args: ReadonlyArray<string>): string =>
    execFileSync(command, args, { cwd: folder, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

  const link = (name: string): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, "node_modules", name), join(modules, name))
  }

  beforeAll(() => {
    mkdirSync(join(modules, "perigee"), { recursive: true })
    mkdirSync(join(modules, ".bin"))
    run(root, "npm", "pack", "--pack-destination", user, "--silent")
    run(user, "tar", "xzf", `perigee-${manifest.version}.tgz`, "-C", join(modules, "perigee"), "--strip-components=1")
    for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) link(name)
    symlinkSync("../perigee/bin/perigee.js", join(modules, ".bin", "perigee"))
    copyFileSync(join(root, "test/support/package/program.ts"), join(user, "program.ts"))
    writeFileSync(join(user, "package.json"), JSON.stringify({ private: true, type: "module" }))
    writeFileSync(
      join(user, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          target: "es2024",
          module: "nodenext",
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ["node"]
        },
        files: ["program.ts"]
      })
    )
  })
  afterAll(() => rmSync(user, { recursive: true }))

  it("type-checks a program that uses the three entries", () => {
    assert.strictEqual(run(user, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", user), "")
  })

  it("runs it", () => {
    assert.deepStrictEqual(JSON.parse(run(user, process.execPath, "program.ts")), {
      stages: ["short", "shout"],
      words: ["RADAR", "ISL"],
      time: "2026-01-01T00:00:00.000000Z",
      log: "none"
    })
  })

  it("answers npx perigee --version", () => {
    assert.include(run(user, "npx", "--no-install", "perigee", "--version"), manifest.version)
  })

  it("answers npx perigee bench nexmark", () => {
    const args = ["--no-install", "perigee", "bench", "nexmark", "--query", "q5", "--n", "1000", "--json"]
    const [{ count, hash }] = JSON.parse(run(user, "npx", ...args)).queries
    assert.deepStrictEqual([count, hash], [6, "3017373a9f7d39e2"])
  })
})
