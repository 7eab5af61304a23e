/**
 * The spans of a trace over time: work solid, waiting hatched, what the end waited for underlined. Only the rows in sight are in the page, so that ten
 * thousand spans scroll as ten do.
 */
import { createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js"
import type { AnswerOf } from "../../data/api.ts"
import { duration, hue } from "../../parts/format.ts"
import { nanosBetween } from "./times.ts"

type Trace = AnswerOf<"/v1/traces/:id">
export type Span = Trace["spans"][number]

const rowHeight = 26
const overscan = 12
const mostInSight = 22

interface Row {
  readonly span: Span
  readonly place: number
  /** Shares of the trace's length. */
  readonly left: number
  readonly width: number
  readonly queued: number
  readonly critical: ReadonlyArray<{ readonly left: number; readonly width: number; readonly waiting: boolean }>
}

export const Waterfall = (props: {
  readonly trace: Trace
  readonly spans: ReadonlyArray<Span>
  readonly chosen: string | undefined
  readonly choose: (spanId: string) => void
}) => {
  let scroller: HTMLDivElement | undefined
  const [top, setTop] = createSignal(0)
  const [height, setHeight] = createSignal(mostInSight * rowHeight)
  /** Where the first span begins, and how long it is to the end of the last. */
  const frame = createMemo(() => {
    let [from, to] = [0, props.trace.durationNanos]
    for (const { durationNanos, start } of props.trace.spans) {
      const at = nanosBetween(props.trace.start, start)
      from = Math.min(from, at)
      to = Math.max(to, at + durationNanos)
    }
    return { from, length: Math.max(1, to - from) }
  })
  const criticalOf = createMemo(() => Map.groupBy(props.trace.criticalPath, ({ spanId }) => spanId))
  const rows = createMemo(() =>
    props.spans.map((span, place): Row => {
      const { from, length } = frame()
      const share = (start: string) => (nanosBetween(props.trace.start, start) - from) / length
      return {
        span,
        place,
        left: share(span.start),
        width: span.durationNanos / length,
        queued: span.queuedNanos / length,
        critical: (criticalOf().get(span.spanId) ?? []).map((part) => ({
          left: share(part.start),
          width: part.durationNanos / length,
          waiting: part.waiting
        }))
      }
    })
  )
  const first = createMemo(() => Math.max(0, Math.floor(top() / rowHeight) - overscan))
  const inSight = createMemo(() => rows().slice(first(), first() + Math.ceil(height() / rowHeight) + 2 * overscan))
  onMount(() => {
    const observer = new ResizeObserver(() => setHeight(scroller?.clientHeight ?? height()))
    if (scroller !== undefined) observer.observe(scroller)
    onCleanup(() => observer.disconnect())
    const place = props.spans.findIndex(({ spanId }) => spanId === props.chosen)
    if (place > mostInSight) scroller?.scrollTo({ top: (place - 5) * rowHeight })
  })
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const percent = (share: number) => `${(100 * share).toFixed(3)}%`
  return (
    <div class="waterfall">
      <div class="axis-row" aria-hidden="true">
        <span />
        <span class="ticks">
          <For each={ticks}>
            {(tick) => (
              <span style={{ left: percent(tick) }}>{duration((frame().from + tick * frame().length) / 1e6)}</span>
            )}
          </For>
        </span>
      </div>
      <div
        class="rows"
        ref={(element) => (scroller = element)}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        style={{ height: `${Math.min(rows().length, mostInSight) * rowHeight + 2}px` }}
      >
        <div class="all" role="list" style={{ height: `${rows().length * rowHeight}px` }}>
          <For each={inSight()}>
            {(row) => (
              <div role="listitem" class="row" style={{ transform: `translateY(${row.place * rowHeight}px)` }}>
                <button
                  type="button"
                  data-row
                  class={row.span.spanId === props.chosen ? "span chosen" : "span"}
                  aria-pressed={row.span.spanId === props.chosen}
                  onClick={() => props.choose(row.span.spanId)}
                >
                  <span
                    class="name"
                    style={{
                      "padding-left": `${Math.min(row.span.depth, 12) * 12}px`,
                      "--hue": String(hue(row.span.service))
                    }}
                  >
                    <Show when={row.span.status === "error"}>
                      <svg class="error-mark" viewBox="0 0 12 12" width="10" height="10" role="img" aria-label="error">
                        <rect x="1" y="1" width="10" height="10" />
                      </svg>
                    </Show>
                    <span class="text">{row.span.name === "" ? "(never came)" : row.span.name}</span>
                    <span class="unseen">
                      {row.span.service}, {duration(row.span.durationNanos / 1e6)}
                      {row.span.waiting === null ? "" : `, waits: ${row.span.waiting}`}
                      {row.span.onCriticalPath ? ", on the critical path" : ""}
                    </span>
                  </span>
                  <span class="track" aria-hidden="true" style={{ "--hue": String(hue(row.span.service)) }}>
                    <Show when={row.queued > 0}>
                      <span
                        class="piece wait"
                        style={{ left: percent(row.left - row.queued), width: percent(row.queued) }}
                      />
                    </Show>
                    <span
                      class={`piece ${row.span.waiting === null ? "work" : "wait"} ${
                        row.span.status === "error" ? "error" : ""
                      }`}
                      style={{ left: percent(row.left), width: percent(row.width) }}
                    />
                    <For each={row.critical}>
                      {(part) => (
                        <span
                          class={part.waiting ? "piece critical waiting" : "piece critical"}
                          style={{ left: percent(part.left), width: percent(part.width) }}
                        />
                      )}
                    </For>
                    <span
                      class="length-text"
                      style={row.left + row.width > 0.7
                        ? { right: percent(1 - row.left + Math.max(0, row.queued)) }
                        : { left: percent(row.left + row.width) }}
                    >
                      {duration(row.span.durationNanos / 1e6)}
                    </span>
                  </span>
                </button>
              </div>
            )}
          </For>
        </div>
      </div>
    </div>
  )
}
