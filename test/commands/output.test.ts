/** Where `--out` and its like may lead: files, pipes, devices, the standard output. On processes of their own, as only they have one. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll } from "vitest"

const program = resolve(import.meta.dirname, "../../bin/perigee.js")
const simulate = ["simulate", "--for", "2s", "--seed", "7"]

describe("outputs", () => {
  let cwd = ""
  let expected = ""
  const shell = (script: string) =>
    spawnSync("sh", ["-c", script, "sh", process.execPath, program], { cwd, encoding: "utf8" })
  const perigee = (...args: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [program, ...args], { cwd, encoding: "utf8" })

  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-output-"))
    assert.strictEqual(perigee(...simulate, "--out", "plain.jsonl").status, 0)
    expected = readFileSync(join(cwd, "plain.jsonl"), "utf8")
    assert.isNotEmpty(expected)
  })
  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  it.each(["-", "/dev/stdout"])("%s is the standard output, a pipe or a file", (out) => {
    const piped = perigee(...simulate, "--out", out)
    assert.deepStrictEqual([piped.status, piped.stdout === expected], [0, true], piped.stderr)
    const file = shell(`echo before > f; "$1" "$2" ${simulate.join(" ")} --out ${out} >> f`)
    assert.deepStrictEqual([file.status, readFileSync(join(cwd, "f"), "utf8") === `before\n${expected}`], [0, true])
    assert.isFalse(existsSync(join(cwd, "-")))
    const graph = perigee("graph", "--out", out)
    assert.deepStrictEqual([graph.status, graph.stdout], [0, perigee("graph").stdout])
  })

  it.live("a pipe with a name takes it as it comes, and a device", () =>
    Effect.promise(async () => {
      assert.strictEqual(spawnSync("mkfifo", [join(cwd, "fifo")]).status, 0)
      const reader = spawn("cat", ["fifo"], { cwd, stdio: ["ignore", "pipe", "ignore"] })
      let read = ""
      reader.stdout.setEncoding("utf8").on("data", (part: string) => {
        read += part
      })
      const ended = new Promise((resume) => reader.on("close", resume))
      const written = spawnSync(process.execPath, [program, ...simulate, "--out", "fifo"], { cwd, encoding: "utf8" })
      await ended
      assert.deepStrictEqual([written.status, read === expected], [0, true], written.stderr)
      assert.strictEqual(perigee("graph", "--format", "svg", "--out", "/dev/null").status, 0)
    }))

  it("a file is replaced, what cannot be written is told with its flag, and two things in one stream are refused", () => {
    writeFileSync(join(cwd, "long"), "x".repeat(expected.length + 1000))
    assert.strictEqual(perigee(...simulate, "--out", "long").status, 0)
    assert.strictEqual(readFileSync(join(cwd, "long"), "utf8"), expected)
    for (const flag of ["out", "truth", "write-catalogue"]) {
      const ran = perigee(...simulate, ...(flag === "out" ? [] : ["--out", "plain.jsonl"]), `--${flag}`, "nowhere/x")
      assert.strictEqual(ran.status, 2)
      assert.match(ran.stderr, new RegExp(`--${flag} nowhere/x: cannot be written: .*ENOENT|NotFound`))
    }
    const both = perigee(...simulate, "--out", "-", "--json")
    assert.deepStrictEqual([both.status, both.stdout], [2, ""])
    assert.include(both.stderr, "--out and --json cannot both be the standard output")
  })
})
