import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { makeFacets, producerOf } from "../../../src/domain/openlineage/facets.ts"
import { RunEvent, runEventSchemaUrl } from "../../../src/domain/openlineage/RunEvent.ts"
import { brokenRules } from "../../support/openLineageRules.ts"

const decode = Schema.decodeUnknownOption(RunEvent)

const producer = producerOf("1.2.3")
const facets = makeFacets(producer)

const event = {
  eventType: "COMPLETE" as const,
  eventTime: "2026-03-20T12:00:00.000000Z",
  producer,
  schemaURL: runEventSchemaUrl,
  run: {
    runId: "01a1ff0b-78c0-7559-bf72-986cdce947b2",
    facets: { processing_engine: facets.processingEngine("1.2.3"), errorMessage: facets.errorMessage("why") }
  },
  job: {
    namespace: "perigee",
    name: "fusion",
    facets: { jobType: facets.jobType(), documentation: facets.documentation("what") }
  },
  inputs: [{ namespace: "file", name: "/in", inputFacets: { inputStatistics: facets.inputStatistics(3) } }],
  outputs: [{
    namespace: "kafka://a:9092",
    name: "alerts",
    facets: { schema: facets.schema(["alertId"]) },
    outputFacets: { outputStatistics: facets.outputStatistics(2) }
  }]
}

const { _producer, ...anonymous } = facets.jobType()

const wrong: ReadonlyArray<readonly [path: string, event: unknown]> = [
  ["eventType", { ...event, eventType: "FINISHED" }],
  ["eventTime", { ...event, eventTime: "yesterday" }],
  ["producer", { ...event, producer: "perigee" }],
  ["schemaURL", { ...event, schemaURL: undefined }],
  ["run", { ...event, run: undefined }],
  ["run.runId", { ...event, run: { runId: "17" } }],
  ["job.name", { ...event, job: { namespace: "perigee" } }],
  ["job.facets.jobType._producer", { ...event, job: { ...event.job, facets: { jobType: anonymous } } }],
  ["outputs[0].namespace", { ...event, outputs: [{ name: "alerts" }] }]
]

describe("an OpenLineage run event", () => {
  it("keeps the published rules with every facet that we send, and is read back as it is written", () => {
    assert.deepStrictEqual(brokenRules(event), [])
    const read = Option.getOrThrow(decode(event))
    assert.deepStrictEqual(Schema.encodeSync(RunEvent)(read), event)
  })

  it("that breaks a rule is no run event, by the rules and by our schema", () => {
    for (const [path, each] of wrong) {
      assert.deepStrictEqual(brokenRules(each), [path])
      assert.isTrue(Option.isNone(decode(each)), path)
    }
  })
})
