/** What a run shows while it runs: a block that is redrawn on a terminal, plain lines elsewhere. All on standard error. */
import { Console, Effect } from "effect"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"
import type { SourceCounters } from "../../layers/sources/SourceStats.ts"
import type { StageCounts } from "../../layers/stage/StageRegistry.ts"
import type { ObservationTally } from "../../operators/fusion/decode.ts"

export interface Progress {
  readonly now: UtcTime
  readonly tally: ObservationTally
  readonly stages: ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>
  /** Records in the log that are not read yet. */
  readonly behind: number
  readonly alerts: ReadonlyMap<string, ConjunctionAlert>
  readonly deadLetters: ReadonlyMap<string, number>
  readonly sources: ReadonlyMap<string, Readonly<SourceCounters>>
}

const total = (counts: ReadonlyMap<string, number>): number => counts.values().reduce((sum, count) => sum + count, 0)

const byKind = (counts: ReadonlyMap<string, number>): string =>
  Array.from(counts, ([kind, count]) => `${kind} ${count}`).join(", ") || "none"

const alertLine = (alert: ConjunctionAlert): string =>
  `${alert.level.padEnd(9)} ${alert.objects.join(" / ")}  TCA ${format(alert.tca).slice(0, 19)}Z  miss ${
    alert.missDistanceMetres.toFixed(0)
  } m  Pc ${alert.pc?.toExponential(1) ?? "none"} ${alert.validity}`

const open = (alerts: ReadonlyMap<string, ConjunctionAlert>): ReadonlyArray<ConjunctionAlert> =>
  Array.from(alerts.values()).filter(({ level }) => level === "attention" || level === "action")
    .sort((a, b) => a.tca - b.tca)

const plainLine = (progress: Progress): string =>
  `${format(progress.now).slice(0, 19)}Z observations ${total(progress.tally.byKind)} (${
    byKind(progress.tally.byKind)
  })`
  + ` waiting ${progress.behind} alerts ${open(progress.alerts).length} dead letters ${total(progress.deadLetters)}`

/** Events into each stage a second, since the last look. `seconds` is real time. */
const block = (progress: Progress, previous: ReadonlyMap<string, number>, seconds: number): ReadonlyArray<string> => {
  const alerts = open(progress.alerts)
  return [
    `${format(progress.now).slice(0, 19)}Z   observations ${total(progress.tally.byKind)} (${
      byKind(progress.tally.byKind)
    })   waiting ${progress.behind}`,
    "stage             in/s         in     filtered   late   dead   busy",
    ...progress.stages.map(([stage, counts]) =>
      [
        stage.padEnd(14),
        ((counts.in - (previous.get(stage) ?? 0)) / seconds).toFixed(0).padStart(8),
        String(counts.in).padStart(11),
        String(counts.filtered).padStart(12),
        String(counts.late).padStart(6),
        String(counts.dead).padStart(6),
        `${((counts.busyNanos - (previous.get(`${stage}/busy`) ?? 0)) / seconds / 1e7).toFixed(1)} %`.padStart(8)
      ].join(" ")
    ),
    ...Array.from(
      progress.sources,
      ([name, { dropped, gaps, lastSeen, malformed, received }]) =>
        `source ${name.padEnd(8)} received ${received}  malformed ${malformed}  gaps ${gaps}  dropped ${dropped}  lag ${
          lastSeen === undefined ? "-" : `${Math.max(0, (progress.now - lastSeen) / 1000).toFixed(1)} s`
        }`
    ),
    `dead letters ${total(progress.deadLetters)} (${byKind(progress.deadLetters)})`,
    `alerts ${alerts.length}`,
    ...alerts.slice(0, 8).map((alert) => `  ${alertLine(alert)}`)
  ]
}

const remember = (progress: Progress): ReadonlyMap<string, number> =>
  new Map(
    progress.stages.flatMap((
      [stage, counts]
    ) => [[stage, counts.in] as const, [`${stage}/busy`, counts.busyNanos] as const])
  )

const eraseToEnd = "\u001b[0J"
const up = (lines: number): string => lines === 0 ? "" : `\u001b[${lines}A\r`

/** Redraws once a second; the last state stays on the screen. `write` goes to the terminal as it is. */
export const onTerminal = (write: (text: string) => void, columns: () => number) =>
  Effect.fnUntraced(function*(progress: () => Progress) {
    let drawn = 0
    let previous: ReadonlyMap<string, number> = new Map()
    return yield* Effect.sync(() => {
      const now = progress()
      const lines = block(now, previous, 1).map((line) => line.slice(0, columns() - 1))
      write(`${up(drawn)}${eraseToEnd}${lines.join("\n")}\n`)
      drawn = lines.length
      previous = remember(now)
    }).pipe(Effect.andThen(Effect.sleep("1 second")), Effect.forever)
  })

const lineEverySeconds = 10

/** A line every ten seconds, and one for each new alert within a second. */
export const asLines = Effect.fnUntraced(function*(progress: () => Progress) {
  const shown = new Set<string>()
  let seconds = 0
  return yield* Effect.suspend(() => {
    const now = progress()
    const fresh = open(now.alerts).filter(({ alertId }) => !shown.has(alertId))
    for (const { alertId } of fresh) shown.add(alertId)
    const lines = [...(seconds++ % lineEverySeconds === 0 ? [plainLine(now)] : []), ...fresh.map(alertLine)]
    return lines.length === 0 ? Effect.void : Console.error(lines.join("\n"))
  }).pipe(Effect.andThen(Effect.sleep("1 second")), Effect.forever)
})
