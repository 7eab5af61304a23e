/** What is coming, and how sure are we? */
import { A, useSearchParams } from "@solidjs/router"
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { Empty, Time } from "../../parts/basics.tsx"
import { metres, probability } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"
import { Level } from "./Level.tsx"

const open = new Set(["action", "attention"])

const AlertsPage = () => {
  const alerts = createAnswer(() => ({ path: "/v1/alerts" as const }), { every: 2, key: "alertId" })
  const [search, setSearch] = useSearchParams()
  const all = () => search["all"] === "true"
  const shown = () => alerts.value()?.alerts.filter(({ level }) => all() || open.has(level)) ?? []
  return (
    <>
      <PageHead page="alerts">
        <label class="choice">
          <input
            type="checkbox"
            checked={all()}
            onChange={(event) => setSearch({ all: event.currentTarget.checked ? "true" : undefined })}
          />{" "}
          those that are over as well
        </label>
      </PageHead>
      <Answered answer={alerts}>
        {(answer) => (
          <Show
            when={shown().length > 0}
            fallback={
              <Empty command="perigee alerts list --all">
                No alert is{" "}
                {all() ? "kept" : "open"}. One appears when two objects may come within the limits; what was is listed
                by
              </Empty>
            }
          >
            <p class="quiet">{shown().length} of {answer().alerts.length}: worst first</p>
            <table class="table">
              <thead>
                <tr>
                  <th>Level</th>
                  <th>Objects</th>
                  <th>Closest approach</th>
                  <th class="number">Miss, 1σ</th>
                  <th class="number">Pc</th>
                  <th class="number">Speed</th>
                  <th>How sure</th>
                  <th class="number">Versions</th>
                </tr>
              </thead>
              <tbody>
                <For each={shown()}>
                  {(alert) => (
                    <tr>
                      <td data-label="Level">
                        <Level level={alert.level} />
                      </td>
                      <td data-label="Objects">
                        <A data-row href={`/alerts/${encodeURIComponent(alert.alertId)}`}>
                          {alert.objects.join(" / ")}
                        </A>
                      </td>
                      <td data-label="Closest approach">
                        <Time at={alert.tca} />
                      </td>
                      <td data-label="Miss, 1σ" class="number">
                        {metres(alert.missDistanceMetres)} ± {metres(alert.missDistanceSigmaMetres)}
                      </td>
                      <td data-label="Pc" class="number">{probability(alert.pc)}</td>
                      <td data-label="Speed" class="number">
                        {(alert.relativeSpeedMetresPerSecond / 1000).toFixed(2)} km/s
                      </td>
                      <td data-label="How sure">{alert.validity}{alert.final ? "" : ", may change"}</td>
                      <td data-label="Versions" class="number">{alert.versions}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </Show>
        )}
      </Answered>
    </>
  )
}

export default AlertsPage
