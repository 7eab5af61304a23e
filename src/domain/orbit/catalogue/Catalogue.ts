/** A catalogue: the newest element set of each object, read from TLE, 3LE or OMM text in any notation. */
import { Result, Schema } from "effect"
import { lookOf, lookText } from "../../text/lookOf.ts"
import type { CatalogueReading, MeanElements } from "./MeanElements.ts"
import { readOmmCsv, readOmmJson, readOmmKvn, readOmmXml } from "./omm.ts"
import { readTle } from "./tle.ts"

/** Element sets by object id, in the order in which the objects were first met. Held whole: about 0.5 kB an object. */
export type Catalogue = ReadonlyMap<string, MeanElements>

/** As many problems as a person will read; the number of the others is told. */
const mostTold = 20

/** A catalogue text that has records which cannot be read: all of them, each with its line (from 1) and reason. */
export class CatalogueError extends Schema.TaggedError<CatalogueError>()("CatalogueError", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.Int, reason: Schema.String }))
}) {
  override get message(): string {
    const more = this.problems.length - mostTold
    return [
      ...this.problems.slice(0, mostTold).map(({ line, reason }) => `${this.file}:${line}: ${reason}`),
      ...(more > 0 ? [`${this.file}: and ${more} more records that cannot be read`] : [])
    ].join("\n")
  }
}

export type CatalogueFormat = "tle" | "omm-kvn" | "omm-json" | "omm-xml" | "omm-csv"

const readers: Readonly<Record<CatalogueFormat, (text: string) => CatalogueReading>> = {
  tle: readTle,
  "omm-kvn": readOmmKvn,
  "omm-json": readOmmJson,
  "omm-xml": readOmmXml,
  "omm-csv": readOmmCsv
}

/** Tells the format by the first characters of the text; what is nothing else is taken for TLE. */
export const detectCatalogueFormat = (text: string): CatalogueFormat => {
  const start = text.slice(0, 4096).trimStart()
  if (start.startsWith("[") || start.startsWith("{")) return "omm-json"
  if (start.startsWith("<")) return "omm-xml"
  if (/^CCSDS_OMM_VERS\s*=/m.test(start)) return "omm-kvn"
  const header = start.split("\n", 1)[0] ?? ""
  return header.includes(",") && header.includes("MEAN_MOTION") ? "omm-csv" : "tle"
}

/** What a text without any element set is told to be, unless it is a catalogue whose records are at fault. */
const noCatalogue = (body: string): CatalogueReading["problems"] => {
  const look = lookOf(body)
  return look === "tle" || look === "omm" ? [] : [{
    line: 1,
    reason:
      "no element set found: expected a catalogue (TLE, 3LE, or OMM as JSON, XML, KVN or CSV), and this looks like "
      + lookText(look)
  }]
}

/** Reads what can be read and lists what cannot. A text without any element set is itself a problem, at line 1. */
export const readCatalogue = (text: string): CatalogueReading => {
  // A byte order mark is not part of the first record.
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const reading = readers[detectCatalogueFormat(body)](body)
  const none = reading.elements.length === 0 ? noCatalogue(body) : []
  return none.length > 0
    ? { elements: [], problems: none }
    : { ...reading, problems: reading.problems.toSorted((a, b) => a.line - b.line) }
}

/** The newest element set of each object wins; of two with one epoch the later in order. */
export const catalogueOf = (elements: Iterable<MeanElements>): Catalogue => {
  const byId = new Map<string, MeanElements>()
  for (const set of elements) {
    const known = byId.get(set.objectId)
    if (known === undefined || set.epoch >= known.epoch) byId.set(set.objectId, set)
  }
  return byId
}

/** Reads a whole text or fails with every bad record. `file` names it in the error. */
export const decodeCatalogue = (text: string, file: string): Result.Result<Catalogue, CatalogueError> => {
  const { elements, problems } = readCatalogue(text)
  return problems.length === 0
    ? Result.succeed(catalogueOf(elements))
    : Result.fail(new CatalogueError({ file, problems }))
}
