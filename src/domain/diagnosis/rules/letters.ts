/** Dead letters: of a run that is over they are all there is. */
import type { CauseId } from "../causes.ts"
import type { Finding, Rule } from "../Finding.ts"

const meaning = (kind: string): CauseId | undefined =>
  kind === "Deserialization" || kind === "SchemaMismatch" || kind === "ValidationFailed"
    ? "partner-rubbish"
    : kind === "Late"
    ? "late-data"
    : undefined

/** Of a running one the shares of `/v1/sources` say more: whether it goes on. */
const bySensor: Rule = ({ letters, samples, sources }) =>
  letters === undefined || sources !== undefined
    ? []
    : Object.entries(letters.bySensor).flatMap(([sensor, counts]) =>
      Object.entries(counts).flatMap(([kind, count]): ReadonlyArray<Finding> => {
        const cause = meaning(kind)
        const sample = samples?.find(({ sensorId }) => sensorId === sensor)?.message
        return cause === undefined || count < 10 ? [] : [{
          cause,
          where: sensor,
          confidence: count > letters.total / 2 ? 0.75 : 0.5,
          because: `${count} of ${letters.total} dead letters are ${kind} of ${sensor}${
            sample === undefined ? "" : `: ${sample}`
          }`
        }]
      })
    )

export const letterRules: ReadonlyArray<Rule> = [bySensor]
