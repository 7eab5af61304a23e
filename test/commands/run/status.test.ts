/** What a run shows: its lines, their rates, and the terminal they are drawn on, read as a terminal reads it. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { Progress } from "../../../src/commands/run/Progress.ts"
import { makeScreen } from "../../../src/commands/run/screen.ts"
import { makeRates, onTerminal } from "../../../src/commands/run/status.ts"
import { short, statusLines } from "../../../src/commands/run/statusText.ts"
import { noneYet } from "../../../src/layers/sources/SourceStats.ts"
import { makeTally } from "../../../src/operators/fusion/observations/decode.ts"
import { alertVersion } from "../../support/alerts.ts"
import { stageCounts as stage } from "../../support/stageCounts.ts"

const progressOf = (stages: Progress["stages"], alerts = 0): Progress => ({
  now: 0,
  tally: makeTally(() => 0),
  stages,
  behind: 0,
  alerts: new Map(Array.from({ length: alerts }, (_, i) => [`${i}`, alertVersion(`${i}`, 1, { level: "action" })])),
  deadLetters: new Map(),
  sources: new Map(["radar", "optical", "isl"].map((name) => [name, noneYet()]))
})

const none = { perSecond: new Map<string, number>(), busy: new Map<string, number>() }

/** What stands on a terminal, and what has scrolled off it. */
const terminal = (columns: number, rows: number) => {
  const lines = [""]
  let row = 0
  let column = 0
  let top = 0
  return {
    all: () => lines.slice(0, -1),
    write: (text: string) => {
      // oxlint-disable-next-line no-control-regex
      for (const [part, code] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|[^]/g).map((m) => [m[0], m[2]] as const)) {
        const amount = Number(/\d+/.exec(part)?.[0] ?? 1)
        if (code === "A") row = Math.max(top, row - amount)
        else if (code === "J") {
          lines.length = row + 1
          lines[row] = (lines[row] ?? "").slice(0, column)
        } else if (code === "m") continue
        else if (part === "\r") column = 0
        else if (part === "\n" || column === columns) {
          row++
          column = 0
          lines[row] ??= ""
          top = Math.max(top, row - rows + 1)
        } else {
          lines[row] = (lines[row] ?? "").slice(0, column) + part
          column++
        }
      }
    }
  }
}

const Draws = Schema.Array(
  Schema.Union([
    Schema.Struct({ draw: Schema.Array(Schema.Literals(["short", "x".repeat(200)])) }),
    Schema.Struct({ print: Schema.Literals(["a log line", "another"]) })
  ])
)

describe("the screen", () => {
  it.effect.prop(
    "shows the last block once, under everything that was printed, whatever their sizes",
    { draws: Draws },
    ({ draws }) =>
      Effect.sync(() => {
        const seen = terminal(20, 6)
        const screen = makeScreen({ write: seen.write, columns: () => 20, rows: () => 6, colours: true })
        let block: ReadonlyArray<string> = []
        const printed: Array<string> = []
        for (const step of draws) {
          if ("draw" in step) {
            block = step.draw
            screen.draw(step.draw.map((text) => ({ text, colour: "red" })))
          } else {
            printed.push(step.print)
            screen.print(step.print)
          }
        }
        assert.deepStrictEqual(seen.all(), [...printed, ...block.slice(0, 5).map((line) => line.slice(0, 19))])
      })
  )

  it("has no colour where the terminal has none", () => {
    let written = ""
    const screen = makeScreen({
      write: (text) => void (written += text),
      columns: () => 80,
      rows: () => 24,
      colours: false
    })
    screen.draw([{ text: "x", colour: "red" }])
    assert.strictEqual(written, "x\n")
  })
})

describe("the lines of a run", () => {
  const many = Array.from({ length: 17 }, (_, i) => [`stage-${i} of a long name`, stage({ in: 10 ** i })] as const)

  it.each([24, 12, 50])("fit %i rows and 80 columns, alerts and sources among them", (rows) => {
    for (const alerts of [0, 2, 20]) {
      const lines = statusLines(progressOf(many, alerts), none, rows - 1).map(({ text }) => text)
      assert.isAtMost(lines.length, rows - 1)
      assert.deepStrictEqual(lines.filter((line) => line.length > 79 && !line.startsWith("action")), [])
      assert.isAtLeast(lines.filter((line) => line.startsWith("action")).length, Math.min(alerts, 3))
      assert.isTrue(lines.some((line) => line.startsWith("isl ")))
    }
  })

  it("keep their columns, whatever the counts", () => {
    for (const count of [0, 7, 999, 9999, 10_000, 99_999, 999_949, 999_950, 12_345_678, 999_950_000, 5e11]) {
      assert.isAtMost(short(count).length, 5, String(count))
    }
    const widths = new Set(
      [0, 12_345, 9_999_999].map((n) => {
        const lines = statusLines(progressOf([["decode", stage({ in: n, emitted: n })]]), none, 23)
        return lines.find(({ text }) => text.startsWith("decode"))?.text.length
      })
    )
    assert.strictEqual(widths.size, 1)
  })

  it("a file's progress is told", () => {
    const [head] = statusLines({ ...progressOf([]), inputShare: 0.42 }, none, 23)
    assert.include(head?.text, "file 42 %")
  })
})

describe("rates", () => {
  it("are by real seconds, and a stage is at work for no more than all of the time", () => {
    const rates = makeRates()
    const decode = stage()
    const look = (real: bigint, run: bigint) => rates({ stages: [["decode", decode]] }, real, run)
    look(0n, 0n)
    decode.in = 100
    decode.busyNanos = 4e9
    // Ten scenario seconds in one real one.
    const first = look(1_000_000_000n, 10_000_000_000n)
    assert.deepStrictEqual([first.perSecond.get("decode"), first.busy.get("decode")], [100, 0.4])
    // An array that took longer than since the last look.
    decode.busyNanos += 50e9
    assert.strictEqual(look(2_000_000_000n, 20_000_000_000n).busy.get("decode"), 1)
    assert.strictEqual(look(3_000_000_000n, 30_000_000_000n).perSecond.get("decode"), 0)
  })

  it.effect("a terminal is redrawn once a real second, however fast the scenario runs", () =>
    Effect.gen(function*() {
      let draws = 0
      const screen = { columns: () => 80, rows: () => 24, draw: () => void draws++, print: () => {}, leave: () => {} }
      const real = yield* Clock.Clock
      const fast: Clock.Clock = { ...real, sleep: () => Effect.yieldNow }
      const fiber = yield* onTerminal(screen, real)(() => progressOf([])).pipe(
        Effect.provideService(Clock.Clock, fast),
        Effect.forkChild
      )
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(draws, 4)
      yield* Fiber.interrupt(fiber)
    }))
})
