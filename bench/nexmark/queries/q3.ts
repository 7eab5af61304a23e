/** q3: who sells in category 10 in three states, over all time: neither side is ever forgotten. */
import { join } from "perigee/operators"
import { isAuction, isPerson, type NexmarkEvent, type Person } from "../events.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

interface Row extends Pick<Person, "name" | "city" | "state"> {
  readonly auction: number
}

export const q3: NexmarkPipeline<Row> = {
  operator: join({
    name: "sellers",
    left: {
      select: (event: NexmarkEvent) =>
        isPerson(event) && (event.state === "OR" || event.state === "ID" || event.state === "CA") ? event : undefined,
      key: ({ id }) => id,
      unique: true
    },
    right: {
      select: (event: NexmarkEvent) => isAuction(event) && event.category === 10 ? event : undefined,
      key: ({ seller }) => seller
    },
    combine: ({ city, name, state }, { id }): Row => ({ name, city, state, auction: id })
  }),
  fold: (digest, { auction, city, name, state }) => digest.row().text(name).text(city).text(state).int(auction).end()
}
