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
    for (const name of [...Object.keys(manifest.dependencies), "@types/node", "vitest", "@effect/vitest"]) link(name)
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

  it("loads neither Kafka's client nor the OpenTelemetry SDK until somebody asks for it", () => {
    const loadsThem = (...entries: ReadonlyArray<string>): string => {
      writeFileSync(
        join(user, "loaded.mjs"),
        `import { registerHooks } from "node:module"
         const urls = []
         registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
         for (const entry of ${JSON.stringify(entries)}) await import(entry)
         console.log(urls.filter((url) => /kafkajs\\/index|@opentelemetry\\/sdk-trace-node/.test(url)).length > 0)`
      )
      return run(user, process.execPath, "loaded.mjs").trim()
    }
    assert.strictEqual(loadsThem("perigee/domain", "perigee/operators", "perigee/layers", "perigee/testing"), "false")
    assert.strictEqual(loadsThem("perigee/layers/kafka"), "true")
    assert.strictEqual(loadsThem("perigee/layers/otel-sdk"), "true")
  })

  /** The files of a page, in a project of their own beside the packed package. */
  const follow = (name: string, pagePath: string) => {
    const folder = join(user, name)
    const files = Array.from(
      readFileSync(join(root, pagePath), "utf8").matchAll(/<!-- file: (\S+) -->\n+```ts\n(.*?)```/gs),
      ([, name = "", text = ""]) => ({ name, text })
    )
    beforeAll(() => {
      mkdirSync(folder)
      writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
      const compilerOptions = {
        target: "es2024",
        module: "nodenext",
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        types: ["node"]
      }
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: files.map(({ name }) => name) })
      )
      for (const { name, text } of files) writeFileSync(join(folder, name), text)
    })
    return {
      files,
      compile: () => run(folder, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", folder),
      runMain: () => run(folder, process.execPath, "main.ts"),
      runTest: () => run(folder, process.execPath, join(root, "node_modules/vitest/vitest.mjs"), "run")
    }
  }

  describe("docs/first-pipeline.md, followed word for word", () => {
    const { compile, files, runMain, runTest } = follow("first", "docs/first-pipeline.md")

    it("has a pipeline of under 60 lines that compiles", () => {
      assert.deepStrictEqual(files.map(({ name }) => name), ["weather.ts", "main.ts", "weather.test.ts"])
      assert.isBelow(files[0]?.text.split("\n").length ?? 0, 60)
      assert.strictEqual(compile(), "")
    })

    it("runs, and shows counts, spans and what was given up", () => {
      const output = runMain()
      assert.match(output, /^plausible: \d+ in, \d+ out, [1-9]\d* given up$/m)
      assert.match(output, /^plausible: -572.* is below the lowest ever measured$/m)
      assert.match(output, /^span [0-9a-f]{16} below [0-9a-f]{16}: report$/m)
    })

    it("passes its test", () => {
      assert.match(runTest(), /2 passed/)
    })
  })

  describe("docs/extending/policy.md, followed word for word", () => {
    const { compile, files, runMain, runTest } = follow("policy", "docs/extending/policy.md")

    it("has a policy in one file that compiles", () => {
      assert.deepStrictEqual(files.map(({ name }) => name), ["offHours.ts", "main.ts", "offHours.test.ts"])
      assert.strictEqual(compile(), "")
    })

    it("runs, and keeps what the page says", () => {
      assert.strictEqual(runMain(), "[ 'failed at noon', 'at night' ]\n")
    })

    it("passes its test", () => {
      assert.match(runTest(), /2 passed/)
    })
  })

  describe("docs/extending/operator.md, followed word for word", () => {
    const { compile, files, runTest } = follow("operator", "docs/extending/operator.md")

    it("has an operator in one file that compiles", () => {
      assert.deepStrictEqual(files.map(({ name }) => name), ["changes.ts", "changes.test.ts"])
      assert.strictEqual(compile(), "")
    })

    it("passes its test", () => {
      assert.match(runTest(), /3 passed/)
    })
  })

  describe("docs/extending/layer.md, followed word for word", () => {
    const { compile, files, runMain } = follow("layer", "docs/extending/layer.md")

    it("has a store in one file that compiles", () => {
      assert.deepStrictEqual(files.map(({ name }) => name), ["deadLetterFile.ts", "main.ts"])
      assert.strictEqual(compile(), "")
    })

    it("runs, and keeps what the page says", () => {
      assert.strictEqual(runMain(), "[ 1 ]\n[ 2 ]\nError: 1 is odd\nError: 3 is odd\n")
    })
  })
})
