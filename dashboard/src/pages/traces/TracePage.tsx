/** One trace: where its time went. */
import { useNavigate, useParams, useSearchParams } from "@solidjs/router"
import { createMemo, For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { Figure, Id, Named, State, Time } from "../../parts/basics.tsx"
import { count, duration } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"
import { Comparison } from "./Comparison.tsx"
import { Decision } from "./Decision.tsx"
import { SpanDetails } from "./SpanDetails.tsx"
import { Waterfall } from "./Waterfall.tsx"

const shown = [["all", "all spans"], ["critical", "the critical path"], ["errors", "errors"]] as const

const TracePage = () => {
  const params = useParams()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const id = () => params["id"] ?? ""
  const given = (name: string) => typeof search[name] === "string" ? search[name] : undefined
  const raw = () => given("raw") === "true"
  const trace = createAnswer(
    () => ({ path: "/v1/traces/:id" as const, params: { id: id() }, query: raw() ? { raw: true } : {} }),
    { key: "spanId" }
  )
  const spans = createMemo(() => {
    const all = trace.value()?.spans ?? []
    return given("show") === "critical"
      ? all.filter(({ onCriticalPath }) => onCriticalPath)
      : given("show") === "errors"
      ? all.filter(({ status }) => status === "error")
      : all
  })
  const chosen = createMemo(() => trace.value()?.spans.find(({ spanId }) => spanId === given("span")))
  const services = createMemo(() => Array.from(new Set(trace.value()?.spans.map(({ service }) => service))))
  let other: HTMLInputElement | undefined
  return (
    <Answered
      answer={trace}
      missing={
        <>
          <PageHead
            page="traces"
            title={
              <>
                Trace <Id id={id()} />
              </>
            }
          />
          <p>It is not among those that are kept here.</p>
          <Decision id={id()} />
        </>
      }
    >
      {(answer) => (
        <>
          <PageHead
            page="traces"
            title={
              <>
                <Named name={answer().rootService} />: {answer().rootName}
              </>
            }
          >
            <span class="quiet">
              trace <Id id={answer().traceId} /> <Time at={answer().start} />
            </span>
          </PageHead>
          <div class="figures">
            <Figure
              name="Took"
              value={duration(answer().durationNanos / 1e6)}
              hint={`${answer().criticalPath.length} parts on the critical path`}
            />
            <Figure
              name="Spans"
              value={count(answer().spanCount)}
              hint={`${services().length} ${services().length === 1 ? "service" : "services"}`}
            />
            <Figure
              name="Errors"
              value={
                <State
                  status={answer().errorCount > 0 ? "failed" : "ok"}
                  word={answer().errorCount > 0 ? count(answer().errorCount) : "none"}
                />
              }
            />
            <Figure name="Complete" value={answer().complete ? "yes" : "no"} hint={answer().reason} />
            <Figure
              name="Kept by"
              value={answer().decision.policy ?? answer().decision.decision}
              hint={answer().decision.late ? "late spans came" : ""}
            />
          </div>
          <div class="tools">
            <div class="choice" role="group" aria-label="Spans to show">
              <For each={shown}>
                {([value, word]) => (
                  <button
                    type="button"
                    aria-pressed={(given("show") ?? "all") === value}
                    onClick={() => setSearch({ show: value === "all" ? undefined : value })}
                  >
                    {word}
                  </button>
                )}
              </For>
            </div>
            <div class="choice" role="group" aria-label="Clocks">
              <button type="button" aria-pressed={!raw()} onClick={() => setSearch({ raw: undefined })}>
                clocks adjusted
              </button>
              <button type="button" aria-pressed={raw()} onClick={() => setSearch({ raw: "true" })}>raw clocks</button>
            </div>
            <form
              class="line"
              onSubmit={(event) => {
                event.preventDefault()
                setSearch({ with: other?.value.trim() === "" ? undefined : other?.value.trim() })
              }}
            >
              <label for="other" class="unseen">Compare with trace</label>
              <input
                id="other"
                ref={(input) => (other = input)}
                value={given("with") ?? ""}
                placeholder="compare with trace id"
                spellcheck={false}
                autocomplete="off"
              />
              <button type="submit">Compare</button>
            </form>
          </div>
          <p class="legend quiet">
            <span class="swatch work" /> work <span class="swatch wait" /> waiting <span class="swatch error" /> error
            {" "}
            <span class="swatch critical" /> the end waited for this
          </p>
          <Show when={spans().length > 0} fallback={<p class="quiet">No span is of that kind.</p>}>
            <Waterfall
              trace={answer()}
              spans={spans()}
              chosen={given("span")}
              choose={(span) =>
                setSearch({ span: given("span") === span ? undefined : span }, { replace: true, scroll: false })}
            />
          </Show>
          <Show when={chosen()}>{(span) => <SpanDetails trace={answer()} span={span()} />}</Show>
          <Show when={given("with")}>{(with_) => <Comparison a={answer().traceId} b={with_()} />}</Show>
          <Show when={answer().linkedFrom.length > 0}>
            <section>
              <h2>Linked from</h2>
              <ul class="plain">
                <For each={answer().linkedFrom}>
                  {(link) => (
                    <li>
                      <a
                        data-row
                        href={`/traces/${link.traceId}?span=${link.spanId}`}
                        onClick={(event) => {
                          event.preventDefault()
                          navigate(`/traces/${link.traceId}?span=${link.spanId}`)
                        }}
                      >
                        trace {link.traceId.slice(0, 8)}, span {link.spanId}
                      </a>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          </Show>
          <Show when={answer().skew.length > 0}>
            <section>
              <h2>Clocks</h2>
              <table class="table">
                <thead>
                  <tr>
                    <th>From</th>
                    <th>To</th>
                    <th class="number">Offset</th>
                    <th>Between</th>
                    <th class="number">Calls</th>
                    <th>Agreement</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={answer().skew}>
                    {(skew) => (
                      <tr>
                        <td data-label="From">{skew.from}</td>
                        <td data-label="To">{skew.to}</td>
                        <td data-label="Offset" class="number">{duration(skew.thetaNanos / 1e6)}</td>
                        <td data-label="Between">
                          {skew.lowNanos === null ? "no bound" : duration(skew.lowNanos / 1e6)} and{" "}
                          {skew.highNanos === null ? "no bound" : duration(skew.highNanos / 1e6)}
                        </td>
                        <td data-label="Calls" class="number">{skew.observations}</td>
                        <td data-label="Agreement">
                          <State
                            status={skew.contradictory ? "degraded" : "ok"}
                            word={skew.contradictory ? "contradictory: nothing moved" : "agree"}
                          />
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </section>
          </Show>
          <section>
            <h2>Why it is kept</h2>
            <Decision id={answer().traceId} />
          </section>
        </>
      )}
    </Answered>
  )
}

export default TracePage
