/** Lineage for people. */
import type { KnownNode, LineageAnswer } from "../../domain/lineage/LineageAnswer.ts"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"
import { columns, counted, printable } from "../text.ts"

const time = (at: UtcTime | undefined): string => at === undefined ? "unknown" : format(at)

const cells = ({ id, kind, sensorTimestamp, sourceId }: KnownNode, last: number): ReadonlyArray<string> => [
  printable(id),
  printable(kind),
  printable(sourceId ?? "unknown"),
  time(sensorTimestamp),
  String(last)
]

const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : [...columns([header, ...rows]), ""]

const summary = ({ direction, id, matched, reached }: LineageAnswer): string => {
  if (direction === "forward") return `${counted(reached.length, "output")} of ${printable(id)}`
  const exact = matched.reduce((sum, { inputCount }) => Math.max(sum, inputCount), 0)
  return `${counted(reached.length, "input")} of ${printable(id)} named; `
    + (matched.length > 1 ? `up to ${exact} in one of its ${matched.length} versions` : `${exact} in all`)
}

export const answerText = (answer: LineageAnswer): string => {
  const { matched, reached, steps, truncated } = answer
  return [
    ...table(
      ["ID", "KIND", "SOURCE", "SENSOR TIME", "INPUTS"],
      matched.map((node) => cells(node, node.inputCount))
    ),
    ...table(
      [answer.direction === "backward" ? "INPUT" : "OUTPUT", "KIND", "SOURCE", "SENSOR TIME", "AWAY"],
      reached.map((node) => cells(node, node.depth))
    ),
    ...table(
      ["STEP OF", "OPERATOR", "AT", "PARENTS", "NAMED"],
      steps.map(({ at, id, operator, parentCount, parents }) => [
        printable(id),
        printable(operator),
        format(at),
        String(parentCount),
        parents.map((parent) => parent === id ? "itself" : printable(parent)).join(", ")
      ])
    ),
    summary(answer),
    ...(truncated ? ["there is more, farther away than is walked"] : [])
  ].join("\n")
}
