/** What a stage holds from one array to the next, for a person: a line a part that is kept, or one that says that nothing is. */
import type { StageNode } from "./Graph.ts"

export const stateLines = ({ state = [] }: StageNode): ReadonlyArray<string> =>
  typeof state === "string"
    ? [`state ${state}`]
    : state.map(({ bound, name }) =>
      Number.isFinite(bound)
        ? `${name}: at most ${bound} ${bound === 1 ? "entry" : "entries"}`
        : `${name}: no bound of its own`
    )
