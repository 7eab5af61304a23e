/** q8: who registered and opened an auction in the same 10 s. */
import { windowJoin } from "perigee/operators"
import { isAuction, isPerson, type NexmarkEvent, type Person } from "../events.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

interface Row extends Pick<Person, "id" | "name"> {
  readonly end: number
}

export const q8: NexmarkPipeline<Row> = {
  operator: windowJoin({
    name: "new-sellers",
    window: { sizeMillis: 10_000 },
    type: "semi",
    left: { select: (event: NexmarkEvent) => isPerson(event) ? event : undefined, key: ({ id }) => id },
    right: { select: (event: NexmarkEvent) => isAuction(event) ? event : undefined, key: ({ seller }) => seller },
    combine: ({ id, name }, _auction, { end }): Row => ({ id, name, end })
  }),
  fold: (digest, { end, id, name }) => digest.row().int(id).text(name).time(end).end()
}
