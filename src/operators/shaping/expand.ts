/**
 * None, one or several outputs for each event.
 *
 * Arrays and order kept; outputs of one event in the order in which `f` gives them, all with the event's identity, trace and event time. State:
 * none. An event without an output counts as processed. Errors: an event for which `f` throws becomes a dead letter `ProcessingException`, with
 * none of its outputs. Cost: two entries in the columns of a batch for each output.
 */
import { Place } from "../../domain/stream/Place.ts"
import { type Edge, type Operator, type StageServices, statelessColumns } from "../stage/Stage.ts"

export const expand = <A, B>(
  name: string,
  f: (payload: A) => Iterable<B>,
  edge?: Edge
): Operator<A, B, never, StageServices> =>
  statelessColumns<A, B>({
    name,
    ...(edge === undefined ? {} : { edge }),
    onBatch: (batch, collector) => {
      const place = new Place(batch)
      for (const payload of batch.payloads) {
        place.advance()
        for (const output of f(payload)) collector.out(place, output)
      }
    }
  })
