/** Who reads which format. A format of one's own is a line here. */
import { islReader } from "./islReader.ts"
import { lineReader } from "./lineReader.ts"
import { opticalReader } from "./opticalReader.ts"
import { radarReader } from "./radarReader.ts"
import type { RecordReader } from "./RecordReader.ts"
import { tdmReader } from "./tdmReader.ts"

const readers: ReadonlyMap<string, RecordReader> = new Map(
  [radarReader, opticalReader, islReader, lineReader, tdmReader].map((reader) => [reader.format, reader])
)

export const readerOf = (format: string): RecordReader | undefined => readers.get(format)
