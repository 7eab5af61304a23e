/** Goes through the blocks of several files that have a service's spans, those with the newest trace first. */
import type { TraceFile } from "./TraceFile.ts"
import type { ServiceBlock } from "./traceFileRows.ts"

interface OfFile {
  readonly file: TraceFile
  /** 0: any. */
  readonly service: number
}

interface Place<Q> {
  readonly query: Q
  readonly open: ServiceBlock | undefined
  openTaken: boolean
  rows: ReadonlyArray<ServiceBlock>
  at: number
}

const page = 64

export class BlockCursor<Q extends OfFile> {
  readonly #places: ReadonlyArray<Place<Q>>

  constructor(queries: ReadonlyArray<Q>) {
    this.#places = queries.map((query) => ({
      query,
      open: query.file.openBlock(query.service),
      openTaken: false,
      rows: query.file.rows.serviceBlocks(query.service, { newest: Infinity, block: -1 }, page),
      at: 0
    }))
  }

  next(): { readonly query: Q; readonly row: ServiceBlock } | undefined {
    let best: Place<Q> | undefined
    let row: ServiceBlock | undefined
    for (const place of this.#places) {
      const candidate = peek(place)
      if (candidate !== undefined && (row === undefined || candidate.newest > row.newest)) {
        best = place
        row = candidate
      }
    }
    if (best === undefined || row === undefined) return undefined
    if (row === best.open) best.openTaken = true
    else best.at++
    return { query: best.query, row }
  }
}

const peek = <Q extends OfFile>(place: Place<Q>): ServiceBlock | undefined => {
  if (place.at >= place.rows.length && place.rows.length === page) {
    const last = place.rows.at(-1)
    if (last !== undefined) {
      place.rows = place.query.file.rows.serviceBlocks(place.query.service, last, page)
      place.at = 0
    }
  }
  const row = place.rows[place.at]
  const open = place.openTaken ? undefined : place.open
  return open !== undefined && (row === undefined || open.newest >= row.newest) ? open : row
}
