/**
 * The part of a terminal that a run redraws, and what is printed above it.
 *
 * A block never has more lines than the terminal has rows, nor longer ones than its columns: what scrolls away cannot be taken back, and would be
 * left behind as a copy. What others print meanwhile, such as log lines, goes above the block.
 */
export interface Terminal {
  readonly write: (text: string) => void
  readonly columns: () => number
  readonly rows: () => number
  readonly colours: boolean
}

export type Colour = "bold" | "dim" | "red" | "yellow"

export interface Line {
  readonly text: string
  readonly colour?: Colour | undefined
}

export interface Screen {
  readonly columns: () => number
  /** Lines that a block may have. */
  readonly rows: () => number
  /** Replaces the block. */
  readonly draw: (lines: ReadonlyArray<Line>) => void
  /** Above the block, which stays below. */
  readonly print: (text: string) => void
  /** Leaves the block where it is; what is printed from now on stands under it. */
  readonly leave: () => void
}

const codes: Readonly<Record<Colour, string>> = { bold: "1", dim: "2", red: "31", yellow: "33" }

export const makeScreen = ({ colours, columns, rows, write }: Terminal): Screen => {
  let drawn: ReadonlyArray<string> = []
  const erase = (): string => drawn.length === 0 ? "" : `\u001b[${drawn.length}A\r\u001b[0J`
  const block = (): string => drawn.map((line) => `${line}\n`).join("")
  const most = { columns: () => Math.max(1, columns() - 1), rows: () => Math.max(1, rows() - 1) }
  return {
    ...most,
    draw: (lines) => {
      const erased = erase()
      const width = most.columns()
      drawn = lines.slice(0, most.rows()).map(({ colour, text }) => {
        const cut = text.slice(0, width)
        return colours && colour !== undefined ? `\u001b[${codes[colour]}m${cut}\u001b[0m` : cut
      })
      write(erased + block())
    },
    print: (text) => write(`${erase()}${text}\n${block()}`),
    leave: () => {
      drawn = []
    }
  }
}
