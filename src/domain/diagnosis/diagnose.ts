/** The diagnosis of a run: pure, from evidence to steps and a conclusion. */
import { conclude } from "./conclude.ts"
import type { Diagnosis, Symptom } from "./Diagnosis.ts"
import type { Evidence } from "./Evidence.ts"
import { partnerMessage } from "./partnerMessage.ts"
import { stepsOf } from "./steps.ts"

/** Who an alert rests on comes first where one alert is asked about: a sensor that is not among its inputs did not make it wrong. */
const amongInputs = (evidence: Evidence, symptom: Symptom): Evidence => {
  if (symptom !== "wrong-alert" || evidence.sources === undefined) return evidence
  const inputs = new Set(evidence.lineage?.inputs?.map(({ sourceId }) => sourceId))
  return inputs.size === 0
    ? evidence
    : {
      ...evidence,
      sources: {
        ...evidence.sources,
        sensors: evidence.sources.sensors.filter(({ sourceId }) => inputs.has(sourceId))
      }
    }
}

/** The sensor with most dead letters, for who asks about them. */
const mostGivenUp = ({ letters }: Evidence): string | undefined => Object.keys(letters?.bySensor ?? {})[0]

export const diagnose = (evidence: Evidence, symptom: Symptom, id?: string): Diagnosis => {
  const conclusion = conclude(amongInputs(evidence, symptom), symptom)
  const sensor = symptom === "dlq" ? mostGivenUp(evidence) : conclusion.where ?? undefined
  const kinds = Object.keys(sensor === undefined ? {} : evidence.letters?.bySensor[sensor] ?? {})
  return {
    asked: evidence.asked,
    symptom,
    steps: stepsOf(evidence, id),
    conclusion,
    partnerMessage: sensor === undefined ? null : partnerMessage(evidence, sensor),
    commands: kinds.map((kind) => `perigee dlq list --sensor ${sensor ?? ""} --error-kind ${kind}`)
  }
}
