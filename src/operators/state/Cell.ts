/** One value of a stage's state that stands by itself: a watermark, a running count. */
import { Numeric } from "../../domain/time/Numeric.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { StateEntry, StatePart } from "../../layers/stage/StageState.ts"
import { binary, schemaOf, type StateSchema } from "./Binary.ts"

export interface CellOptions<V> {
  readonly initial: () => V
  /** How it is kept; without it the value must be JSON as it is. */
  readonly schema?: StateSchema<V>
  /** Of how it is written; default 1. Others are not read. */
  readonly version?: number
}

interface CellPartOptions<V> extends Omit<CellOptions<V>, "initial"> {
  /** Whether a value that was kept is one for this cell. */
  readonly accepts?: (kept: V) => boolean
}

export class Cell<V> {
  private current: V
  private changed = false

  constructor(initial: V) {
    this.current = initial
  }

  get value(): V {
    return this.current
  }

  set value(value: V) {
    this.current = value
    this.changed = true
  }

  /** The value was changed in place. */
  touch(): void {
    this.changed = true
  }

  /** Whether it changed since this was asked. */
  takeChanged(): boolean {
    const { changed } = this
    this.changed = false
    return changed
  }
}

const key = new Uint8Array(0)

export const cellPart = <V>(
  name: string,
  cell: Cell<V>,
  { accepts, schema, version = 1 }: CellPartOptions<V>
): StatePart => {
  const { read, write } = binary(schemaOf(schema))
  const entry = (): StateEntry => ({ key, value: write(cell.value) })
  return {
    name,
    version,
    size: () => 1,
    entries: () => [entry()],
    changes: () => cell.takeChanged() ? [entry()] : [],
    restore: (entries, written) => {
      if (written !== version) return false
      for (const { value } of entries) {
        const restored = read(value)
        if (restored === undefined || accepts?.(restored) === false) return false
        cell.value = restored
        cell.takeChanged()
      }
      return true
    }
  }
}

/** A cell that holds an event time, infinite ones among them. */
export const timePart = (name: string, cell: Cell<UtcTime>): StatePart => cellPart(name, cell, { schema: Numeric })
