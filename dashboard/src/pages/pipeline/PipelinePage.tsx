/** Where is it slow? */
import { A } from "@solidjs/router"
import { createMemo, For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import type { AnswerOf } from "../../data/api.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, Empty, Named, State } from "../../parts/basics.tsx"
import { count, percent, rate } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"
import { GraphPicture } from "./GraphPicture.tsx"

type Rate = AnswerOf<"/v1/status">["rates"]["stages"][number]

/** At work solid, waiting for whoever takes the output hatched, waiting for input empty. */
const Shares = (props: { readonly stage: Rate }) => (
  <span
    class="shares"
    role="img"
    aria-label={`at work ${percent(props.stage.busy)}, waits for output ${percent(props.stage.backpressured)}`}
  >
    <span class="bar work" style={{ width: `${props.stage.busy * 100}%` }} />
    <span class="bar wait" style={{ width: `${Math.min(props.stage.backpressured, 1 - props.stage.busy) * 100}%` }} />
  </span>
)

const PipelinePage = () => {
  const graphs = createAnswer(() => ({ path: "/v1/pipeline" as const }), { every: 30 })
  const status = createAnswer(() => ({ path: "/v1/status" as const }), { every: 1, key: "stage" })
  const rates = () => status.value()?.rates
  const byStage = createMemo(() => new Map(rates()?.stages.map((stage) => [stage.stage, stage] as const)))
  const occupancy = createMemo(() =>
    new Map(rates()?.edges.map(({ edge, occupancy: share }) => [edge, share] as const))
  )
  const busiest = () =>
    rates()?.stages.reduce<Rate | undefined>((most, each) => each.busy > (most?.busy ?? -1) ? each : most, undefined)
  const busiestText = () => {
    const most = busiest()
    return most === undefined ? "" : `The busiest is ${most.stage}, at work ${percent(most.busy)} of the time; `
  }
  return (
    <>
      <PageHead page="pipeline" />
      <Answered answer={graphs}>
        {(answer) => (
          <>
            <Show when={rates()}>
              {(current) => (
                <section class={`verdict ${current().bottleneck === null ? "ok" : "degraded"}`} aria-label="Bottleneck">
                  <p class="verdict-word">
                    <State
                      status={current().bottleneck === null ? "ok" : "degraded"}
                      word={current().bottleneck === null
                        ? "No stage holds the others up."
                        : `The others wait for ${current().bottleneck}.`}
                    />
                  </p>
                  <p>{`${busiestText()}${count(status.value()?.lag.unreadRecords ?? 0)} records wait in the log.`}</p>
                </section>
              )}
            </Show>
            <div class="beside">
              <section>
                <For
                  each={answer().pipelines}
                  fallback={
                    <Empty command="perigee graph">
                      No pipeline runs here now. Without a run, the graph is told by
                    </Empty>
                  }
                >
                  {(graph) => (
                    <>
                      <h2>{graph.name}</h2>
                      <GraphPicture
                        graph={graph}
                        rates={byStage()}
                        occupancy={occupancy()}
                        bottleneck={rates()?.bottleneck ?? undefined}
                      />
                    </>
                  )}
                </For>
              </section>
              <section>
                <h2>Stages</h2>
                <p class="legend quiet">
                  <span class="swatch work" /> at work <span class="swatch wait" /> waits for output{" "}
                  <span class="swatch" /> waits for input
                </p>
                <table class="table">
                  <thead>
                    <tr>
                      <th>Stage</th>
                      <th>Time</th>
                      <th class="number">At work</th>
                      <th class="number">In</th>
                      <th class="number">Out</th>
                      <th class="number">Inside</th>
                      <th class="number">Filtered</th>
                      <th class="number">Given up</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={rates()?.stages}>
                      {(stage) => (
                        <tr>
                          <td data-label="Stage">
                            <Named name={stage.stage} />
                          </td>
                          <td data-label="Time">
                            <Shares stage={stage} />
                          </td>
                          <td data-label="At work" class="number">{percent(stage.busy)}</td>
                          <td data-label="In" class="number">{rate(stage.perSecond)}</td>
                          <td data-label="Out" class="number">{rate(stage.emittedPerSecond)}</td>
                          <td data-label="Inside" class="number">{count(stage.inFlight)}</td>
                          <td data-label="Filtered" class="number">{count(stage.filtered)}</td>
                          <td data-label="Given up" class="number">
                            <Show when={stage.late + stage.dead + stage.shed > 0} fallback="0">
                              <A data-row href={`/letters?operator=${encodeURIComponent(stage.stage)}`}>
                                {count(stage.late + stage.dead + stage.shed)}
                              </A>
                            </Show>
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
                <p class="quiet">
                  The same in a terminal: <CommandLine text="perigee status --watch" />
                </p>
              </section>
            </div>
          </>
        )}
      </Answered>
    </>
  )
}

export default PipelinePage
