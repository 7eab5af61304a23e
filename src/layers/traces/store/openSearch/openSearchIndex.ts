/**
 * The index of traces in OpenSearch or Elasticsearch: a document a trace, with its spans as nested documents that searches ask and, beside them, their bytes, which nothing
 * asks. Times are nanoseconds since the Unix epoch as `long`, sent as texts, since JSON's numbers do not hold them; later than the year 2262 is that year's end.
 */

export const indexVersion = 1

/** Spans of one trace, which the servers refuse above 10,000 if nothing is said. */
const mostSpans = 100_000

const keyword = { type: "keyword", ignore_above: 8191 }
const long = { type: "long" }
const boolean = { type: "boolean" }

export const indexSettings = {
  settings: {
    "index.mapping.nested_objects.limit": 2 * mostSpans,
    "index.max_result_window": 10_000,
    "index.codec": "best_compression"
  },
  mappings: {
    _meta: { perigee: indexVersion },
    dynamic: false,
    properties: {
      traceId: keyword,
      keep: boolean,
      start: long,
      end: long,
      duration: long,
      errorCount: { type: "integer" },
      spanCount: { type: "integer" },
      bytes: long,
      linkTargets: keyword,
      spans: {
        type: "nested",
        properties: {
          service: keyword,
          name: keyword,
          kind: keyword,
          entry: boolean,
          error: boolean,
          start: long,
          duration: long,
          tags: keyword
        }
      },
      calls: { type: "nested", properties: { parent: keyword, child: keyword, calls: long, errors: long } }
    }
  }
}
