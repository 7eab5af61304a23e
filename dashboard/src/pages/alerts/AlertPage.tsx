/** One alert: the encounter as it is known now, and how that came to be, version by version. */
import { A, useParams, useSearchParams } from "@solidjs/router"
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, Empty, Figure, Id, Time } from "../../parts/basics.tsx"
import { Chart } from "../../parts/Chart.tsx"
import { metres, probability } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"
import { EncounterPlane } from "./EncounterPlane.tsx"
import { Level } from "./Level.tsx"
import { whatChanged } from "./whatChanged.ts"

const axes = ["radial", "along the track", "across the track"] as const

const AlertPage = () => {
  const params = useParams()
  const [search, setSearch] = useSearchParams()
  const id = () => decodeURIComponent(params["id"] ?? "")
  const alert = createAnswer(() => ({ path: "/v1/alerts/:id" as const, params: { id: id() } }), {
    every: 2,
    key: "sequence"
  })
  const versions = () => alert.value()?.versions ?? []
  const chosen = () => {
    const place = versions().findIndex(({ sequence }) => String(sequence) === search["version"])
    return place === -1 ? versions().length - 1 : place
  }
  const choose = (place: number) => setSearch({ version: String(versions()[place]?.sequence ?? "") }, { replace: true })
  return (
    <Answered
      answer={alert}
      missing={<Empty command="perigee alerts list --all">No alert {id()} is kept. Those that are:</Empty>}
    >
      {() => (
        <Show when={versions()[chosen()]}>
          {(version) => (
            <>
              <PageHead
                page="alerts"
                title={
                  <>
                    {version().objects.join(" / ")} <Level level={version().level} />
                  </>
                }
              >
                <span class="quiet">
                  alert <Id id={id()} />, version {version().sequence} of {versions().at(-1)?.sequence}
                </span>
              </PageHead>
              <div class="figures">
                <Figure
                  name="Closest approach"
                  value={<Time at={version().tca} />}
                  hint={version().final ? "final" : "may still change"}
                />
                <Figure
                  name="Miss"
                  value={metres(version().missDistanceMetres)}
                  hint={`± ${metres(version().missDistanceSigmaMetres)} (1σ)`}
                />
                <Figure
                  name="Probability of collision"
                  value={probability(version().pc)}
                  hint={`at most ${probability(version().pcMaximum)}`}
                />
                <Figure
                  name="How sure"
                  value={version().validity}
                  hint={`level by ${version().levelBy}`}
                />
                <Figure
                  name="Rests on"
                  value="observations"
                  hint={`${version().observations} in the last window`}
                  href={`/lineage/${id()}/${version().sequence}`}
                />
              </div>
              <Show when={version().conditions.length > 0}>
                <ul>
                  <For each={version().conditions}>{(condition) => <li>{condition}</li>}</For>
                </ul>
              </Show>
              <div class="columns">
                <section>
                  <h2>Encounter plane</h2>
                  <EncounterPlane version={version()} />
                  <dl class="pairs">
                    <For each={axes}>
                      {(axis, place) => (
                        <div>
                          <dt>{axis}</dt>
                          <dd>{metres(version().missRtnMetres[place()] ?? 0)}</dd>
                        </div>
                      )}
                    </For>
                    <div>
                      <dt>relative speed</dt>
                      <dd>{(version().relativeSpeedMetresPerSecond / 1000).toFixed(3)} km/s</dd>
                    </div>
                  </dl>
                </section>
                <section>
                  <h2>Over its versions</h2>
                  <Chart
                    name="Miss and 1σ"
                    points={versions().map((each) => ({
                      at: Date.parse(each.emittedAt),
                      value: each.missDistanceMetres,
                      spread: each.missDistanceSigmaMetres,
                      text: `version ${each.sequence}: ${metres(each.missDistanceMetres)} ± ${
                        metres(each.missDistanceSigmaMetres)
                      }`
                    }))}
                    format={metres}
                    chosen={chosen()}
                    choose={choose}
                  />
                  <Chart
                    name="Probability of collision"
                    logarithmic
                    points={versions().map((each) => ({
                      at: Date.parse(each.emittedAt),
                      value: each.pc ?? undefined,
                      text: `version ${each.sequence}: ${probability(each.pc)}`
                    }))}
                    format={probability}
                    chosen={chosen()}
                    choose={choose}
                  />
                </section>
              </div>
              <section>
                <h2>Versions</h2>
                <Show when={(alert.value()?.leftOut ?? 0) > 0}>
                  <p class="quiet">
                    {alert.value()?.leftOut} of the middle are left out here; perigee alerts show has all.
                  </p>
                </Show>
                <table class="table">
                  <thead>
                    <tr>
                      <th>Version</th>
                      <th>Emitted</th>
                      <th>Level</th>
                      <th class="number">Miss, 1σ</th>
                      <th class="number">Pc</th>
                      <th>What changed</th>
                      <th>Evidence</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={versions().toReversed()}>
                      {(each) => {
                        const place = () => versions().indexOf(each)
                        return (
                          <tr class={place() === chosen() ? "chosen" : ""}>
                            <td data-label="Version">
                              <a
                                data-row
                                href={`?version=${each.sequence}`}
                                aria-current={place() === chosen() ? "true" : undefined}
                              >
                                {each.sequence}
                              </a>
                            </td>
                            <td data-label="Emitted">
                              <Time at={each.emittedAt} />
                            </td>
                            <td data-label="Level">
                              <Level level={each.level} />
                            </td>
                            <td data-label="Miss, 1σ" class="number">
                              {metres(each.missDistanceMetres)} ± {metres(each.missDistanceSigmaMetres)}
                            </td>
                            <td data-label="Pc" class="number">{probability(each.pc)}</td>
                            <td data-label="What changed">{whatChanged(each, versions()[place() - 1])}</td>
                            <td data-label="Evidence">
                              <A href={`/lineage/${id()}/${each.sequence}`}>lineage</A>
                            </td>
                          </tr>
                        )
                      }}
                    </For>
                  </tbody>
                </table>
                <p class="quiet">
                  Take it in hand: <CommandLine text={`perigee alerts ack ${id()}`} />
                </p>
              </section>
            </>
          )}
        </Show>
      )}
    </Answered>
  )
}

export default AlertPage
