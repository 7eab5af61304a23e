/** q0: every event as it is. */
import { Stage } from "perigee/operators"
import type { NexmarkEvent } from "../events.ts"
import { foldEvent } from "../foldEvent.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

export const q0: NexmarkPipeline<NexmarkEvent> = {
  operator: Stage.map("pass", (event: NexmarkEvent) => event),
  fold: foldEvent
}
