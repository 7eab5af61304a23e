/** What happened to this one? The traces that fit a line of search, newest first. */
import { A, useSearchParams } from "@solidjs/router"
import { createMemo, For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, Empty, Id, Named, State, Time } from "../../parts/basics.tsx"
import { count, duration } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"
import { parseSearch } from "./searchLine.ts"

const examples = ["error:true", ">200ms", "service:perigee >1s since:15m"]

const TracesPage = () => {
  const [search, setSearch] = useSearchParams()
  const line = () => typeof search["q"] === "string" ? search["q"] : ""
  const page = () => typeof search["page"] === "string" ? search["page"] : undefined
  const traces = createAnswer(() => {
    const { query, tags } = parseSearch(line())
    return { path: "/v1/traces" as const, query: { limit: 50, ...query, tag: tags, page: page() } }
  }, { every: 5, key: "traceId" })
  const longest = createMemo(() =>
    Math.max(1, ...(traces.value()?.traces.map(({ durationNanos }) => durationNanos) ?? []))
  )
  return (
    <>
      <PageHead page="traces">
        <p class="filters">
          <For each={examples}>
            {(example) => (
              <A href={`/traces?q=${encodeURIComponent(example)}`}>
                <code>{example}</code>
              </A>
            )}
          </For>
        </p>
      </PageHead>
      <Answered answer={traces}>
        {(answer) => (
          <Show
            when={answer().traces.length > 0}
            fallback={
              <Empty command="perigee trace search --since 1h">
                No trace{" "}
                {line() === "" ? "is kept yet" : `fits ${line()}`}. Those that were sampled and kept are here; all that
                is kept is asked by
              </Empty>
            }
          >
            <table class="table">
              <thead>
                <tr>
                  <th>Root</th>
                  <th>Trace</th>
                  <th>Start</th>
                  <th>Duration</th>
                  <th class="number">Spans</th>
                  <th>Errors</th>
                  <th>Services</th>
                </tr>
              </thead>
              <tbody>
                <For each={answer().traces}>
                  {(trace) => (
                    <tr>
                      <td data-label="Root">
                        <A data-row href={`/traces/${trace.traceId}`}>
                          <Named name={trace.rootService} />: {trace.rootName}
                        </A>
                      </td>
                      <td data-label="Trace">
                        <Id id={trace.traceId} />
                      </td>
                      <td data-label="Start">
                        <Time at={trace.start} />
                      </td>
                      <td data-label="Duration">
                        <span class="length">
                          <span class="bar work" style={{ width: `${100 * trace.durationNanos / longest()}%` }} />
                          <span>{duration(trace.durationNanos / 1e6)}</span>
                        </span>
                      </td>
                      <td data-label="Spans" class="number">{count(trace.spanCount)}</td>
                      <td data-label="Errors">
                        <State
                          status={trace.errorCount > 0 ? "failed" : "ok"}
                          word={trace.errorCount > 0 ? count(trace.errorCount) : "none"}
                        />
                      </td>
                      <td data-label="Services">
                        {trace.services.length > 3 ? `${trace.services.length} services` : trace.services.join(", ")}
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
            <p class="pages">
              <Show when={page()}>
                <button type="button" onClick={() => setSearch({ page: undefined })}>Newest</button>
              </Show>{" "}
              <Show when={answer().next}>
                {(next) => <button type="button" onClick={() => setSearch({ page: next() })}>Older</button>}
              </Show>
            </p>
            <p class="quiet">
              The same in a terminal: <CommandLine text={`perigee trace search${line() === "" ? "" : " …"}`} />{" "}
              An id in the search shows the trace, or why it was not kept.
            </p>
          </Show>
        )}
      </Answered>
    </>
  )
}

export default TracesPage
