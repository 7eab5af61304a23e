/** A run as lineage catalogues see it: the topics and files that it reads and writes. */
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { DeadLetter } from "../../domain/deadletter/DeadLetter.ts"
import { observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import { Observation } from "../../domain/observation/Observation.ts"
import { makeFacets, producerOf } from "../../domain/openlineage/facets.ts"
import type { InputDataset } from "../../domain/openlineage/RunEvent.ts"
import { alertsTopic } from "../../layers/alerts/AlertStore.ts"
import { deadLettersTopic } from "../../layers/deadletters/deadLetterLog.ts"
import type { RunDescription } from "../../layers/openlineage/OpenLineage.ts"
import { uncorrelatedTopic } from "../../operators/fusion/tracking/publishUncorrelated.ts"
import type { RunReport } from "./RunReport.ts"

interface RunDatasets {
  readonly version: string
  /** The name space of the job. */
  readonly namespace: string
  /** Where topics are: a Kafka broker, or the embedded log's file by its absolute path; `undefined` for a log in memory. */
  readonly log: { readonly kafka: string } | { readonly file: string } | undefined
  /** Absolute paths. Without an input file the topic of observations is what is read. */
  readonly inputFile: string | undefined
  readonly catalogueFile: string | undefined
}

/**
 * Names as OpenLineage's naming rules have them: `kafka://host:port` and the topic; `file` and the path. For topics of the embedded log, which no
 * rule knows, the path of the log's file, `#` and the topic.
 */
const topicIn = ({ log, namespace }: RunDatasets) => (topic: string) =>
  log === undefined
    ? { namespace, name: topic }
    : "kafka" in log
    ? { namespace: `kafka://${log.kafka}`, name: topic }
    : { namespace: "file", name: `${log.file}#${topic}` }

const file = (path: string): InputDataset => ({ namespace: "file", name: path })

export const describeRun = (datasets: RunDatasets): RunDescription<RunReport> => {
  const { catalogueFile, inputFile, namespace, version } = datasets
  const facets = makeFacets(producerOf(version))
  const topic = topicIn(datasets)
  const withFields = (name: string, fields: object) => ({
    ...topic(name),
    facets: { schema: facets.schema(Object.keys(fields)) }
  })
  const read = inputFile === undefined ? withFields(observationsTopic, Observation.fields) : file(inputFile)
  const alerts = withFields(alertsTopic, ConjunctionAlert.fields)
  const deadLetters = withFields(deadLettersTopic, DeadLetter.fields)
  return {
    namespace,
    version,
    job: "fusion",
    description: "Radar, optical and inter-satellite-link observations to conjunction alerts",
    inputs: [read, ...(catalogueFile === undefined ? [] : [file(catalogueFile)])],
    outputs: [alerts, topic(uncorrelatedTopic), deadLetters],
    rows: ({ deadLetters: letters, stages, tally }) =>
      new Map([
        [read.name, tally.byKind.values().reduce((sum, count) => sum + count, 0)],
        [alerts.name, stages.find(([stage]) => stage === "publish")?.[1].emitted ?? 0],
        [deadLetters.name, letters.values().reduce((sum, count) => sum + count, 0)]
      ])
  }
}
