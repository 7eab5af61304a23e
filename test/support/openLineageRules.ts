/**
 * The rules of OpenLineage 2-0-2 for a run event and of the facets that we send, read off the published JSON schemas: required fields and
 * formats. Gives what is broken, each with its path.
 */

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const states = new Set(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"])

const isUri = (value: unknown): boolean =>
  typeof value === "string" && /^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value)

/** What each facet must hold beside its two own fields, and of which type. */
const facetFields: Readonly<Record<string, Readonly<Record<string, "string" | "number" | "object">>>> = {
  processing_engine: { version: "string" },
  errorMessage: { message: "string", programmingLanguage: "string" },
  jobType: { processingType: "string", integration: "string" },
  documentation: { description: "string" },
  schema: { fields: "object" },
  inputStatistics: { rowCount: "number" },
  outputStatistics: { rowCount: "number" }
}

const broken = (path: string, fine: boolean): ReadonlyArray<string> => fine ? [] : [path]

const text = (value: unknown): boolean => typeof value === "string"

const facet = (at: string, name: string, value: unknown): ReadonlyArray<string> => {
  const required = facetFields[name]
  if (!isObject(value) || required === undefined) return [at]
  const { _producer, _schemaURL } = value
  return [
    ...broken(`${at}._producer`, isUri(_producer)),
    ...broken(
      `${at}._schemaURL`,
      isUri(_schemaURL) && `${_schemaURL}`.startsWith("https://openlineage.io/spec/facets/")
    ),
    ...Object.entries(required).flatMap(([field, type]) => broken(`${at}.${field}`, typeof value[field] === type))
  ]
}

const facets = (path: string, value: unknown): ReadonlyArray<string> =>
  value === undefined
    ? []
    : isObject(value)
    ? Object.entries(value).flatMap(([name, each]) => facet(`${path}.${name}`, name, each))
    : [path]

const named = (path: string, value: unknown): ReadonlyArray<string> =>
  isObject(value)
    ? [
      ...broken(`${path}.namespace`, text(value.namespace)),
      ...broken(`${path}.name`, text(value.name)),
      ...facets(`${path}.facets`, value.facets),
      ...facets(`${path}.inputFacets`, value.inputFacets),
      ...facets(`${path}.outputFacets`, value.outputFacets)
    ]
    : [path]

const datasets = (path: string, value: unknown): ReadonlyArray<string> =>
  value === undefined ? [] : Array.isArray(value) ? value.flatMap((each, i) => named(`${path}[${i}]`, each)) : [path]

export const brokenRules = (event: unknown): ReadonlyArray<string> => {
  if (!isObject(event)) return ["event"]
  const { eventTime, eventType, inputs, job, outputs, producer, run, schemaURL } = event
  return [
    ...broken("eventType", typeof eventType === "string" && states.has(eventType)),
    ...broken("eventTime", typeof eventTime === "string" && dateTime.test(eventTime)),
    ...broken("producer", isUri(producer)),
    ...broken("schemaURL", isUri(schemaURL)),
    ...(isObject(run)
      ? [...broken("run.runId", text(run.runId) && uuid.test(String(run.runId))), ...facets("run.facets", run.facets)]
      : ["run"]),
    ...named("job", job),
    ...datasets("inputs", inputs),
    ...datasets("outputs", outputs)
  ]
}
