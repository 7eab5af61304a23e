/** A diagnosis for people: the conclusion first, then how it was reached. */
import { causes } from "../../domain/diagnosis/causes.ts"
import type { Diagnosis } from "../../domain/diagnosis/Diagnosis.ts"
import { printable } from "../text.ts"

const titles: ReadonlyMap<string, string> = new Map(Object.entries(causes).map(([id, { title }]) => [id, title]))

const headOf = ({ conclusion }: Diagnosis): string => {
  const { because, cause, confidence, verdict, where } = conclusion
  return verdict === "cause"
    ? `! ${where}: ${titles.get(cause ?? "") ?? cause} (${cause}, ${(100 * confidence).toFixed(0)} % sure)`
    : verdict === "healthy"
    ? `healthy: ${because}`
    : `? ${because}`
}

export const diagnosisText = (diagnosis: Diagnosis): string => {
  const { commands, conclusion, partnerMessage, steps } = diagnosis
  return [
    printable(headOf(diagnosis)),
    ...(conclusion.verdict === "cause" ? [`  why    ${printable(conclusion.because)}`] : []),
    ...(conclusion.since === null ? [] : [`  since  ${conclusion.since}`]),
    `  do     ${conclusion.remedy}`,
    ...commands.map((command) => `  run    ${printable(command)}`),
    ...conclusion.also.map(({ because, cause, where }) => `  also   ${printable(`${where}: ${cause}: ${because}`)}`),
    "",
    ...steps.flatMap(({ kind, looked, more, order, saw }) => [
      `${order} ${kind}: ${looked}`,
      `    ${printable(saw)}`,
      `    more: ${printable(more)}`
    ]),
    ...(partnerMessage === null
      ? []
      : ["", "message to the partner:", ...partnerMessage.split("\n").map((line) => `  ${printable(line)}`)])
  ].join("\n")
}
