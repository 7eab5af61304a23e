/** Settings of lineage and of the run events for lineage catalogues. */
import { optionalSetting, setting } from "./Setting.ts"
import { duration, number, onOff, text, url } from "./settingKinds.ts"

export const lineageSettings = {
  lineage: setting({
    name: "PERIGEE_LINEAGE",
    kind: onOff,
    fallback: true,
    what: "Whether it is kept which inputs and steps an output comes from.",
    why: "Without it nobody can say afterwards what an alert rests on."
  }),
  lineageRatio: setting({
    name: "PERIGEE_LINEAGE_RATIO",
    kind: number({ unit: "share", minimum: 0, maximum: 1 }),
    fallback: 0.01,
    what: "Share of the observations whose lineage is kept; an alert's is kept always.",
    why: "One in a hundred shows what happens to the usual, and is written in passing."
  }),
  lineageRetention: setting({
    name: "PERIGEE_LINEAGE_RETENTION",
    kind: duration("3650d"),
    fallback: 30 * 86_400_000,
    what: "How long lineage is kept after it was last named.",
    why: "As long as dead letters, which are looked into with it."
  }),
  lineageCapacity: setting({
    name: "PERIGEE_LINEAGE_CAPACITY",
    kind: number({ unit: "nodes", minimum: 1, maximum: 100_000_000, whole: true }),
    fallback: 1_000_000,
    what: "Most inputs and outputs whose lineage is kept; then the oldest go, those of alerts last.",
    why: "Some 500 MB on disk."
  }),
  openLineage: setting({
    name: "PERIGEE_OPENLINEAGE",
    kind: onOff,
    fallback: true,
    what: "Whether a run tells its start and its end as OpenLineage run events.",
    why: "Two lines per run in a file of the data directory, for whoever has a catalogue that reads them."
  }),
  openLineageUrl: optionalSetting({
    name: "OPENLINEAGE_URL",
    kind: url,
    secret: true,
    what: "Where the run events are posted to, instead of the file.",
    why: "There is no catalogue that everybody has."
  }),
  openLineageEndpoint: setting({
    name: "OPENLINEAGE_ENDPOINT",
    kind: text("a path"),
    fallback: "api/v1/lineage",
    what: "The path under `OPENLINEAGE_URL`.",
    why: "OpenLineage's own."
  }),
  openLineageApiKey: optionalSetting({
    name: "OPENLINEAGE_API_KEY",
    kind: text("a key"),
    secret: true,
    what: "Sent as a bearer token with the run events.",
    why: "Many catalogues need none."
  }),
  openLineageNamespace: setting({
    name: "OPENLINEAGE_NAMESPACE",
    kind: text("a name space"),
    fallback: "perigee",
    what: "The name space of the job in the run events.",
    why: "The program's name; several installations that report to one catalogue need one each."
  })
}
