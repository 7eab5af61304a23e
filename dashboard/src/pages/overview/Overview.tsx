/** Is it well? */
import { A } from "@solidjs/router"
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { Empty, Figure, State, Time } from "../../parts/basics.tsx"
import { bytes, count, duration, metres, percent, probability, rate } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"
import { verdictOf } from "./verdict.ts"

const seconds = (value: number | null): string => value === null ? "not known" : duration(value * 1000)

const Overview = () => {
  const status = createAnswer(() => ({ path: "/v1/status" as const }), { every: 2, key: "name" })
  return (
    <>
      <PageHead page="" />
      <Answered answer={status}>
        {(answer) => {
          const verdict = () => verdictOf(answer())
          const busiest = () => answer().rates.stages.reduce((most, stage) => Math.max(most, stage.busy), 0)
          return (
            <>
              <section class={`verdict ${verdict().status}`} aria-label="Verdict">
                <p class="verdict-word">
                  <State status={verdict().status} word={verdict().word} />
                </p>
                <ul class="plain">
                  <For each={verdict().reasons}>
                    {(reason) => (
                      <li>
                        <A data-row href={reason.href}>{reason.text}</A>
                      </li>
                    )}
                  </For>
                </ul>
              </section>
              <section>
                <h2>Signals</h2>
                <div class="figures">
                  <Figure
                    name="Observations"
                    value={rate(answer().rates.observationsPerSecond)}
                    hint={`${count(answer().rates.observations)} since the start`}
                    href="/sources"
                  />
                  <Figure
                    name="Behind the sensors"
                    value={seconds(answer().lag.watermarkSeconds)}
                    hint={`${count(answer().lag.unreadRecords)} records unread`}
                    href="/pipeline"
                  />
                  <Figure
                    name="Busiest stage"
                    value={percent(busiest())}
                    hint={answer().rates.bottleneck === null ? "nobody waits for it" : `${answer().rates.bottleneck}`}
                    href="/pipeline"
                  />
                  <Figure
                    name="Dead letters"
                    value={rate(answer().deadLetters.perSecond)}
                    hint={`${count(answer().deadLetters.total)} since the start`}
                    href="/letters"
                  />
                  <Figure
                    name="Sensors well"
                    value={`${answer().sensors.ok + answer().sensors.idle} of ${answer().sensors.total}`}
                    hint={`${answer().sensors.idle} idle, ${answer().sensors.waiting} not heard yet`}
                    href="/sources"
                  />
                </div>
              </section>
              <div class="columns">
                <section>
                  <h2>
                    <A href="/alerts">Next encounters</A>
                  </h2>
                  <Show
                    when={answer().alerts.next.length > 0}
                    fallback={<Empty>No alert is open. One appears when two objects may come too close.</Empty>}
                  >
                    <table class="table">
                      <thead>
                        <tr>
                          <th>Level</th>
                          <th>Objects</th>
                          <th>Closest</th>
                          <th class="number">Miss</th>
                          <th class="number">Pc</th>
                        </tr>
                      </thead>
                      <tbody>
                        <For each={answer().alerts.next}>
                          {(alert) => (
                            <tr>
                              <td data-label="Level">
                                <State status={alert.level === "action" ? "failed" : "degraded"} word={alert.level} />
                              </td>
                              <td data-label="Objects">
                                <A data-row href={`/alerts/${alert.alertId}`}>{alert.objects.join(" / ")}</A>
                              </td>
                              <td data-label="Closest">
                                <Time at={alert.tca} />
                              </td>
                              <td data-label="Miss" class="number">{metres(alert.missDistanceMetres)}</td>
                              <td data-label="Pc" class="number">{probability(alert.pc)}</td>
                            </tr>
                          )}
                        </For>
                      </tbody>
                    </table>
                  </Show>
                </section>
                <section>
                  <h2>Objectives</h2>
                  <table class="table">
                    <thead>
                      <tr>
                        <th>Objective</th>
                        <th class="number">Kept</th>
                        <th class="number">Wanted</th>
                        <th>Budget left</th>
                      </tr>
                    </thead>
                    <tbody>
                      <For each={answer().budget}>
                        {(objective) => (
                          <tr>
                            <td data-label="Objective">
                              {objective.name} within {duration(objective.thresholdSeconds * 1000)}
                            </td>
                            <td data-label="Kept" class="number">{(objective.compliance * 100).toFixed(2)} %</td>
                            <td data-label="Wanted" class="number">{(objective.target * 100).toFixed(2)} %</td>
                            <td data-label="Budget left">
                              <State
                                status={objective.remaining > 0.5
                                  ? "ok"
                                  : objective.remaining > 0
                                  ? "degraded"
                                  : "failed"}
                                word={percent(Math.max(0, objective.remaining))}
                              />
                            </td>
                          </tr>
                        )}
                      </For>
                      <tr>
                        <td data-label="Objective">canaries arrive</td>
                        <td data-label="Kept" class="number">
                          {answer().canaries.arrived} of {answer().canaries.emitted}
                        </td>
                        <td data-label="Wanted" class="number">all</td>
                        <td data-label="Budget left">
                          <State
                            status={!answer().canaries.enabled
                              ? "unknown"
                              : answer().canaries.missed > 0
                              ? "degraded"
                              : "ok"}
                            word={!answer().canaries.enabled
                              ? "none are sent"
                              : answer().canaries.missed > 0
                              ? `${answer().canaries.missed} missed`
                              : "none missed"}
                          />
                        </td>
                      </tr>
                    </tbody>
                  </table>
                </section>
              </div>
              <section>
                <h2>Checks</h2>
                <ul class="checks">
                  <For each={[...answer().health.checks, ...answer().dependencies]}>
                    {(check) => (
                      <li>
                        <State status={check.status} />
                        <strong>{check.name}</strong>
                        <span>{check.reason}</span>
                      </li>
                    )}
                  </For>
                </ul>
                <p class="quiet">
                  version {answer().version}, process {answer().process.pid} ({answer().role}), up{" "}
                  {duration(answer().uptimeSeconds * 1000)}
                  <Show when={answer().process.residentBytes}>{(resident) => <>, {bytes(resident())} resident</>}</Show>
                  <Show when={answer().process.cpuSecondsPerSecond}>
                    {(cpu) => <>, {cpu().toFixed(2)} cores</>}
                  </Show>
                </p>
              </section>
            </>
          )
        }}
      </Answered>
    </>
  )
}

export default Overview
