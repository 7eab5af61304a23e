/**
 * How an operator declares the state of its stage, so that the graph tells what is kept before anything runs:
 *
 *     state: State.all({ last: State.table<string, number>({ capacity: 10_000 }), seen: State.value({ initial: () => 0 }) })
 *
 * A **table** holds values by key, with a bound, a time to live and timers; a **value** is one by itself; **all** puts several together. What is
 * declared so is kept: it can be restored, and tells which entries changed. **unkept** is for whatever else: such a stage begins anew after a restart,
 * which its type says (`UnkeptState` is among its services) and its graph. What needs a structure of its own is a {@link structure} of parts.
 */
import type { StatePart } from "../../layers/stage/StageState.ts"
import type { UnkeptState } from "../../layers/stage/UnkeptState.ts"
import type { KeptState, StatePartInfo } from "../graph/Graph.ts"
import { Cell, type CellOptions, cellPart } from "./Cell.ts"
import { EntryTable, type Table, type TableOptions } from "./Table.ts"
import { tablePart } from "./tablePart.ts"

export { keptAs, type Key, type StateSchema } from "./Binary.ts"
export type { Cell, CellOptions } from "./Cell.ts"
export type { Table, TableOptions } from "./Table.ts"

/** The state of a stage that starts. */
export interface OpenState<out S> {
  readonly state: S
  readonly parts: ReadonlyArray<StatePart>
  /** To be called when the parts have taken up what was kept: makes what can be derived from them. */
  readonly ready?: () => void
}

/** What a stage holds from one array to the next. `R`: what its pipeline must be given for it. */
export interface StateDecl<out S, out R = never> {
  /** What is kept of it, or why nothing is. */
  readonly parts: KeptState
  /** Makes it anew, for each start of the stage. `name`: of the part it is in a whole. */
  readonly open: (name: string) => OpenState<S>
  /** Nothing stands here: it carries the type. */
  readonly needs?: R
}

/** Values by key. */
export const table = <K extends string | number, V>(options: TableOptions<V>): StateDecl<Table<K, V>> => ({
  parts: [{ name: "table", bound: options.capacity }],
  open: (name) => {
    const entries = new EntryTable<K, V>(options)
    return { state: entries, parts: [tablePart(name, entries, options)] }
  }
})

/** One value by itself. */
export const value = <V>(options: CellOptions<V>): StateDecl<Cell<V>> => ({
  parts: [{ name: "value", bound: 1 }],
  open: (name) => {
    const cell = new Cell(options.initial())
    return { state: cell, parts: [cellPart(name, cell, options)] }
  }
})

type Decls = Readonly<Record<string, StateDecl<unknown, unknown>>>

type StatesOf<D extends Decls> = {
  readonly [Name in keyof D]: D[Name] extends StateDecl<infer S, infer _R> ? S : never
}

type NeedsOf<D extends Decls> = D[keyof D] extends StateDecl<infer _S, infer R> ? R : never

/** Several, under names of their own: a stage's state is then the record of them. */
export function all<const D extends Decls>(decls: D): StateDecl<StatesOf<D>, NeedsOf<D>>
export function all(decls: Decls): StateDecl<Readonly<Record<string, unknown>>, unknown> {
  const entries = Object.entries(decls)
  return {
    parts: together(entries.map(([name, { parts }]) => typeof parts === "string" ? parts : named(name, parts))),
    open: () => {
      const opened = entries.map(([name, decl]) => [name, decl.open(name)] as const)
      return {
        state: Object.fromEntries(opened.map(([name, { state }]) => [name, state])),
        parts: opened.flatMap(([, { parts }]) => parts),
        ready: () => {
          for (const [, { ready }] of opened) ready?.()
        }
      }
    }
  }
}

/** A whole is kept where all of it is. */
const together = (each: ReadonlyArray<KeptState>): KeptState => {
  const parts: Array<StatePartInfo> = []
  for (const kept of each) {
    if (typeof kept === "string") return kept
    parts.push(...kept)
  }
  return parts
}

/** A declaration of one part has its name; those of a structure keep theirs. */
const named = (name: string, parts: ReadonlyArray<StatePartInfo>): ReadonlyArray<StatePartInfo> =>
  parts.length === 1 ? parts.map((part) => ({ ...part, name })) : parts

/** State that is lost with the process. `initial` gives it anew for each start of the stage. */
export const unkept = <S>(initial: () => S): StateDecl<S, UnkeptState> => ({
  parts: "not kept",
  open: () => ({ state: initial(), parts: [] })
})

/** State that may be lost with the process, as what it was made of is read again: its step lets progress marks wait for it. */
export const readAgain = <S>(initial: () => S): StateDecl<S> => ({
  parts: "read again",
  open: () => ({ state: initial(), parts: [] })
})

/** A stage without a memory. */
export const none: StateDecl<undefined> = { parts: [], open: () => ({ state: undefined, parts: [] }) }

/** State of a structure of its own, which gives its parts itself. */
export const structure = <S>(parts: ReadonlyArray<StatePartInfo>, open: () => OpenState<S>): StateDecl<S> => ({
  parts,
  open
})
