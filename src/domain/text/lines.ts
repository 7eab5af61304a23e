/** Cuts bytes that come in chunks into lines, without copying a line that lies within one chunk. */

interface Line {
  /** From 1. */
  readonly number: number
  /** Without its newline and the carriage return before it. */
  readonly bytes: Uint8Array
  /** True when it was longer than the limit: `bytes` is its beginning. */
  readonly truncated: boolean
}

interface LineSplitter {
  /** The lines that this chunk completed. */
  readonly push: (chunk: Uint8Array) => ReadonlyArray<Line>
  /** The last line, when it does not end in a newline. */
  readonly end: () => ReadonlyArray<Line>
}

const newline = 0x0a
const carriageReturn = 0x0d

/** Holds at most `limit` bytes of an unfinished line (and the chunk at hand). */
export const makeLineSplitter = (limit: number): LineSplitter => {
  let pieces: Array<Uint8Array> = []
  let held = 0
  let truncated = false
  let number = 0

  const hold = (piece: Uint8Array): void => {
    const kept = piece.length <= limit - held ? piece : piece.subarray(0, limit - held)
    truncated ||= kept.length < piece.length
    held += kept.length
    if (kept.length > 0) pieces.push(kept)
  }

  const take = (): Line => {
    const [only] = pieces
    const whole = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
    const bytes = whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole
    const line: Line = { number: ++number, bytes, truncated }
    pieces = []
    held = 0
    truncated = false
    return line
  }

  return {
    push: (chunk) => {
      const lines: Array<Line> = []
      let start = 0
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        hold(chunk.subarray(start, end))
        lines.push(take())
        start = end + 1
      }
      hold(chunk.subarray(start))
      return lines
    },
    end: () => held > 0 ? [take()] : []
  }
}
