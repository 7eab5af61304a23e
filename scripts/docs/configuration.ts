/** Writes docs/configuration.md from the table of settings: `node scripts/docs/configuration.ts`. */
import { writeFileSync } from "node:fs"
import { settingGroups, type SettingRow } from "../../src/layers/config/settings.ts"

export const configurationPath = "docs/configuration.md"

const header = ["variable", "flag of `run`", "default", "unit", "values", "what it is", "why the default"] as const

const code = (text: string | undefined, none: string): string =>
  text === undefined || text === "" ? none : `\`${text}\``

const cells = (row: SettingRow): ReadonlyArray<string> =>
  [
    `\`${row.name}\``,
    code(row.flag === undefined ? undefined : `--${row.flag}`, ""),
    code(row.defaultText, "none"),
    row.unit,
    row.expected,
    `${row.what}${row.secret ? " What may be secret in it is not shown." : ""}`,
    row.why
  ].map((cell) => cell.replaceAll("|", "\\|"))

/** A Markdown table, aligned as dprint aligns it. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>): string =>
    `| ${widths.map((width, i) => (row[i] ?? "").padEnd(width)).join(" | ")} |`
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  return [line(header), rule, ...rows.map(line)].join("\n")
}

/** The page's text. */
export const configurationText = (): string =>
  [
    "<!-- Made by scripts/docs/configuration.ts from src/layers/config: do not edit. -->",
    "",
    "# Configuration",
    "",
    "A flag wins over the environment, and that over the default; an empty variable counts as absent. `perigee config` prints what is in force and from where,",
    "and names variables that begin with `PERIGEE_` and are none of these. A value that is not one of its setting's ends with exit code 2; that of a variable",
    "that does not begin with `PERIGEE_`, which other programs read too, is told and counts as absent, as OpenTelemetry's rules have it.",
    "",
    "A duration is a number and its unit, such as `250ms`, `20s`, `10m`, `6h` or `1d`. A size is a number of bytes, or one of kB, MB, GB",
    "(powers of 1000) or KiB, MiB, GiB (powers of 1024), such as `4 MiB`.",
    ...settingGroups.flatMap(({ settings, title }) => [
      "",
      `## ${title}`,
      "",
      table(settings.map(({ row }) => cells(row)))
    ]),
    ""
  ].join("\n")

if (import.meta.main) writeFileSync(configurationPath, configurationText())
