/** Whose fault is it? */
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import type { AnswerOf } from "../../data/api.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, State, type Status, Time } from "../../parts/basics.tsx"
import { count, duration, percent } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"

type Sensor = AnswerOf<"/v1/sources">["sensors"][number]

const looks: Readonly<Record<Sensor["state"], Status>> = {
  ok: "ok",
  idle: "unknown",
  waiting: "unknown",
  silent: "failed",
  suspect: "degraded"
}

const order: Readonly<Record<Sensor["state"], number>> = { silent: 0, suspect: 1, ok: 2, waiting: 3, idle: 4 }

const signed = (value: number): string => `${value > 0 ? "+" : ""}${value.toFixed(2)}`

type Residual = Sensor["residuals"][number]

const oddity = ({ normalisedBias, normalisedScatter }: Residual): number =>
  Math.max(Math.abs(normalisedBias), Math.abs(normalisedScatter - 1))

/** The component that is least what it says. */
const oddest = (residuals: ReadonlyArray<Residual>): Residual | undefined =>
  residuals.reduce<Residual | undefined>(
    (worst, each) => worst === undefined || oddity(each) > oddity(worst) ? each : worst,
    undefined
  )

const residualText = ({ component, normalisedBias, normalisedScatter }: Residual): string =>
  `${component} ${signed(normalisedBias)}, ${normalisedScatter.toFixed(2)}`

const perMinute = (perSecond: number): string => {
  const value = perSecond * 60
  return value >= 100 ? count(Math.round(value)) : value.toFixed(1)
}

const SourcesPage = () => {
  const sources = createAnswer(() => ({ path: "/v1/sources" as const }), { every: 2, key: "sourceId" })
  const sensors = () =>
    sources.value()?.sensors.toSorted((a, b) => order[a.state] - order[b.state] || (a.sourceId < b.sourceId ? -1 : 1))
  return (
    <>
      <PageHead page="sources" />
      <Answered answer={sources}>
        {(answer) => (
          <>
            <table class="table">
              <thead>
                <tr>
                  <th>Sensor</th>
                  <th>State</th>
                  <th>Last seen</th>
                  <th class="number">Seen / expected, a minute</th>
                  <th class="number">Lag</th>
                  <th class="number">Dead</th>
                  <th class="number">Uncorrelated</th>
                  <th class="number">Bias, scatter (sigmas)</th>
                </tr>
              </thead>
              <tbody>
                <For each={sensors()}>
                  {(sensor) => (
                    <>
                      <tr id={sensor.sourceId}>
                        <th data-label="Sensor" scope="row">{sensor.sourceId}</th>
                        <td data-label="State">
                          <State status={looks[sensor.state]} word={sensor.state} />
                        </td>
                        <td data-label="Last seen">
                          <Time at={sensor.lastSeen} />
                        </td>
                        <td data-label="Seen / expected, a minute" class="number">
                          {perMinute(sensor.cadence.perSecond)} /{" "}
                          <span title={sensor.cadence.basis}>
                            {sensor.cadence.expectedPerSecond === null
                              ? "?"
                              : perMinute(sensor.cadence.expectedPerSecond)}
                          </span>
                        </td>
                        <td data-label="Lag" class="number">
                          {sensor.lag.meanSeconds === null ? "none yet" : duration(sensor.lag.meanSeconds * 1000)}
                        </td>
                        <td data-label="Dead" class="number">
                          <Show when={sensor.recent.dead > 0} fallback={percent(sensor.recent.deadShare)}>
                            <a data-row href={`/letters?sensor=${encodeURIComponent(sensor.sourceId)}`}>
                              {percent(sensor.recent.deadShare)}
                            </a>
                          </Show>
                        </td>
                        <td data-label="Uncorrelated" class="number">{percent(sensor.recent.uncorrelatedShare)}</td>
                        <td data-label="Bias, scatter" class="number">
                          <Show when={oddest(sensor.residuals)} fallback="none yet">
                            {(residual) => (
                              <details>
                                <summary>{residualText(residual())}</summary>
                                <For each={sensor.residuals}>
                                  {(each) => (
                                    <span class="block">
                                      {residualText(each)}{" "}
                                      <span class="quiet">
                                        {each.bias.toPrecision(2)} {each.unit}, {count(each.count)} seen
                                      </span>
                                    </span>
                                  )}
                                </For>
                              </details>
                            )}
                          </Show>
                        </td>
                      </tr>
                      <For each={sensor.hints}>
                        {(hint) => (
                          <tr class="hint">
                            <td colspan="8">
                              <State status="degraded" word={hint.cause} /> {hint.text}{" "}
                              <span class="quiet">
                                since <Time at={hint.since} />
                              </span>
                            </td>
                          </tr>
                        )}
                      </For>
                    </>
                  )}
                </For>
              </tbody>
            </table>
            <section>
              <h2>Feeds</h2>
              <table class="table">
                <thead>
                  <tr>
                    <th>Feed</th>
                    <th>Last record</th>
                    <th class="number">Received</th>
                    <th class="number">Malformed</th>
                    <th class="number">Gaps</th>
                    <th class="number">Dropped</th>
                    <th class="number">Failures</th>
                    <th>Circuit</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={answer().feeds}>
                    {(feed) => (
                      <tr>
                        <th data-label="Feed" scope="row">{feed.feed}</th>
                        <td data-label="Last record">
                          <Time at={feed.lastSeen} />
                        </td>
                        <td data-label="Received" class="number">{count(feed.received)}</td>
                        <td data-label="Malformed" class="number">{count(feed.malformed)}</td>
                        <td data-label="Gaps" class="number">{count(feed.gaps)}</td>
                        <td data-label="Dropped" class="number">{count(feed.dropped + (feed.kernelDrops ?? 0))}</td>
                        <td data-label="Failures" class="number">{count(feed.failures)}</td>
                        <td data-label="Circuit">
                          <Show when={feed.circuit} fallback="none">
                            {(circuit) => (
                              <State
                                status={circuit() === "Closed" ? "ok" : circuit() === "Open" ? "failed" : "degraded"}
                                word={circuit() === "Closed" ? "closed" : circuit() === "Open" ? "open" : "half open"}
                              />
                            )}
                          </Show>
                          <Show when={feed.refusal}>{(refusal) => <p>{refusal()}</p>}</Show>
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
              <p class="quiet">
                What a sensor did, and which alerts it touched:{" "}
                <CommandLine text="perigee lineage source SENSOR --since 2h" />
              </p>
            </section>
          </>
        )}
      </Answered>
    </>
  )
}

export default SourcesPage
