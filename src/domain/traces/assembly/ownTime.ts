/** How long a span was at work itself: its time less that of its children, where they overlap counted once. */
import type { StoredSpan } from "../StoredSpan.ts"

/** `children` in order of start. */
export const ownTime = (span: StoredSpan, children: Iterable<StoredSpan>): bigint => {
  let own = 0n
  let covered = span.startTime
  for (const { endTime, startTime } of children) {
    if (startTime >= span.endTime) break
    if (startTime > covered) own += startTime - covered
    if (endTime > covered) covered = endTime
  }
  return span.endTime > covered ? own + span.endTime - covered : own
}
