/** The facets that Perigee's run events carry, each with the version of the schema that it keeps. */
import type { Schema } from "effect"
import type { Facet } from "./RunEvent.ts"

/** A package URL: the program and its version, wherever it came from. */
export const producerOf = (version: string): string => `pkg:npm/perigee@${version}`

/** Facets that say who they come from. */
export const makeFacets = (producer: string) => {
  const facet = (version: string, name: string, fields: Readonly<Record<string, Schema.Json>>): Facet => ({
    ...fields,
    _producer: producer,
    _schemaURL: `https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`
  })
  return {
    processingEngine: (version: string) =>
      facet("1-1-1", "ProcessingEngineRunFacet", { name: "perigee", version, openlineageAdapterVersion: version }),
    errorMessage: (message: string) =>
      facet("1-0-1", "ErrorMessageRunFacet", { message, programmingLanguage: "TypeScript" }),
    jobType: () =>
      facet("2-0-3", "JobTypeJobFacet", { processingType: "STREAMING", integration: "PERIGEE", jobType: "JOB" }),
    documentation: (description: string) => facet("1-1-0", "DocumentationJobFacet", { description }),
    /** The fields of a dataset by name. */
    schema: (names: ReadonlyArray<string>) =>
      facet("1-1-1", "SchemaDatasetFacet", { fields: names.map((name) => ({ name })) }),
    inputStatistics: (rowCount: number) => facet("1-0-0", "InputStatisticsInputDatasetFacet", { rowCount }),
    outputStatistics: (rowCount: number) => facet("1-0-2", "OutputStatisticsOutputDatasetFacet", { rowCount })
  }
}
