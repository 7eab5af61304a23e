import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { dlq } from "../../src/commands/dlq.ts"
import { runner } from "../support/command.ts"
import { perigee, startPerigee } from "../support/perigee.ts"

const minutes = 60_000

let cwd = ""
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "perigee-dlq-"))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const run = (...args: ReadonlyArray<string>) => Effect.runPromise(runner(dlq)(args))

describe("perigee dlq beside perigee run", () => {
  it("tells of a malformed line its file, line, reason and bytes", async () => {
    const catalogue = join(cwd, "catalogue.3le")
    writeFileSync(
      catalogue,
      [
        "IRIDIUM 33",
        "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775",
        "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336"
      ].join("\n")
    )
    const bad = "{\"half\": "
    const good = JSON.stringify({
      sourceId: "radar-svalbard",
      sourceKind: "radar",
      sensorTimestamp: "2009-02-10T12:00:00Z",
      target: { _tag: "RangeRate", range: 1_000_000, azimuth: 1, elevation: 0.5 },
      uncertainty: {}
    })
    const input = join(cwd, "observations.jsonl")
    writeFileSync(input, [good, bad, ""].join("\n"))
    const data = join(cwd, "data")
    const ran = await perigee(["run", "--input", input, "--catalogue", catalogue, "--data-dir", data, "--json"], cwd)
    assert.strictEqual(ran.code, 0, ran.stderr)
    const { out } = await run("list", "--json", "--error-kind", "Deserialization", "--data-dir", data)
    const { deadLetters, total } = JSON.parse(out[0] ?? "")
    assert.strictEqual(total, 1)
    const [{ id, locator, message, operator }] = deadLetters
    assert.deepStrictEqual([operator, locator], ["decode", `${input}:2`])
    assert.include(message, "Not JSON")
    const raw = join(cwd, "raw")
    const shown = await run("show", id, "--raw", raw, "--data-dir", data)
    assert.strictEqual(shown.code, 0)
    assert.include(shown.out.join("\n"), bad)
    assert.strictEqual(readFileSync(raw, "utf8"), bad)
  }, minutes)

  it("reads while a run holds the data directory", async () => {
    const data = join(cwd, "held")
    const args = ["run", "--seed", "3", "--speed", "4", "--faults", "wrong-units", "--data-dir", data]
    const running = startPerigee(args, cwd)
    await running.says("observations")
    const listed = await run("list", "--json", "--data-dir", data)
    const second = await perigee(["run", "--for", "1s", "--data-dir", data], cwd)
    running.signal("SIGTERM")
    const { code, stderr } = await running.done
    assert.deepStrictEqual([listed.code, listed.failure], [0, undefined])
    // The lock was held all the while, and the reader has not disturbed its holder.
    assert.notStrictEqual(second.code, 0)
    assert.include(second.stderr, "in use by pid")
    assert.strictEqual(code, 0, stderr)
  }, 2 * minutes)
})

describe("the program", () => {
  it("dlq: prints one document, and ends with 2 without a data directory and with 1 for an unknown id", async () => {
    const { code, stderr, stdout } = await perigee(["dlq", "list", "--data-dir", join(cwd, "data"), "--json"], cwd)
    assert.strictEqual(code, 0, stderr)
    assert.isAtLeast(JSON.parse(stdout).total, 1)
    const none = await perigee(["dlq", "list", "--data-dir", join(cwd, "none")], cwd)
    assert.deepStrictEqual([none.code, none.stdout], [2, ""])
    assert.include(none.stderr, "no message log in")
    const unknown = await perigee(["dlq", "show", "x", "--data-dir", join(cwd, "data")], cwd)
    assert.deepStrictEqual([unknown.code, unknown.stdout], [1, ""])
    assert.include(unknown.stderr, "no dead letter has the id x")
  }, minutes)

  it("config: prints one document", async () => {
    const { code, stderr, stdout } = await perigee(["config", "--seed", "7", "--json"], cwd)
    assert.strictEqual(code, 0, stderr)
    const { settings } = JSON.parse(stdout)
    assert.deepInclude(settings.find(({ name }: { readonly name: string }) => name === "PERIGEE_SEED"), {
      value: "7",
      origin: "flag"
    })
  }, minutes)
})
