/** What does this rest on, and whom did it touch? */
import { A, useNavigate, useParams, useSearchParams } from "@solidjs/router"
import { createMemo, For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, Empty, Id, Named, Time } from "../../parts/basics.tsx"
import { PageHead } from "../../parts/PageHead.tsx"
import { LineageGraph } from "./LineageGraph.tsx"

const mostListed = 200

const LineagePage = () => {
  const params = useParams()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const id = () => decodeURIComponent(params["id"] ?? "")
  const direction = () => search["direction"] === "forward" ? "forward" : "backward"
  const lineage = createAnswer(() =>
    id() === ""
      ? undefined
      : { path: "/v1/lineage/:id" as const, params: { id: id() }, query: { direction: direction() } }
  )
  const reached = createMemo(() => lineage.value()?.inputs ?? lineage.value()?.outputs ?? [])
  let input: HTMLInputElement | undefined
  return (
    <>
      <PageHead page="lineage">
        <Show when={id() !== ""}>
          <div class="choice" role="group" aria-label="Direction">
            <button
              type="button"
              aria-pressed={direction() === "backward"}
              onClick={() => setSearch({ direction: undefined })}
            >
              what it rests on
            </button>
            <button
              type="button"
              aria-pressed={direction() === "forward"}
              onClick={() => setSearch({ direction: "forward" })}
            >
              whom it touched
            </button>
          </div>
        </Show>
      </PageHead>
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault()
          navigate(`/lineage/${(input?.value ?? "").trim()}`)
        }}
      >
        <label for="lineage-id">Alert, version (alert/2) or observation</label>
        <input
          id="lineage-id"
          ref={(element) => (input = element)}
          value={id()}
          spellcheck={false}
          autocomplete="off"
        />
        <button type="submit">Follow</button>
      </form>
      <Show
        when={id() !== ""}
        fallback={<Empty>Every alert's page leads here by its versions; an id can be given above.</Empty>}
      >
        <Answered
          answer={lineage}
          missing={
            <Empty command={`perigee lineage ${direction()} ${id()}`}>
              No lineage of {id()} is kept: it is none, or too old, or was not one of those that are kept.
            </Empty>
          }
        >
          {(answer) => (
            <>
              <p>
                <strong>{matchedText(answer().matched)}</strong> {direction() === "backward" ? "rests on" : "touched"}
                {" "}
                {reached().length} {direction() === "backward" ? "inputs" : "outputs"}, by {answer().edges.length}{" "}
                steps.
                {answer().truncated ? " There is more beyond the bounds of the walk." : ""}
              </p>
              <LineageGraph answer={answer()} />
              <section>
                <h2>{direction() === "backward" ? "Inputs" : "Outputs"}</h2>
                <table class="table">
                  <thead>
                    <tr>
                      <th>What</th>
                      <th>Id</th>
                      <th>Source</th>
                      <th>Sensor time</th>
                      <th class="number">Steps away</th>
                      <th>Trace</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={reached().slice(0, mostListed)}>
                      {(node) => (
                        <tr>
                          <td data-label="What">
                            <Named name={node.kind} />
                          </td>
                          <td data-label="Id">
                            <A
                              data-row
                              href={`/lineage/${node.id}?direction=${
                                direction() === "backward" ? "forward" : "backward"
                              }`}
                            >
                              <code>{node.id.slice(0, 20)}</code>
                            </A>
                          </td>
                          <td data-label="Source">{node.sourceId ?? ""}</td>
                          <td data-label="Sensor time">
                            <Time at={node.sensorTimestamp} none="none" />
                          </td>
                          <td data-label="Steps away" class="number">{node.depth}</td>
                          <td data-label="Trace">
                            <Show when={traceOf(node.id)}>
                              {(trace) => <Id id={trace()} href={`/traces/${trace()}`} />}
                            </Show>
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
                <Show when={reached().length > mostListed}>
                  <p class="quiet">
                    The nearest {mostListed} of {reached().length}; all of them:{" "}
                    <CommandLine text={`perigee lineage ${direction()} ${id()} --json`} />
                  </p>
                </Show>
              </section>
            </>
          )}
        </Answered>
      </Show>
    </>
  )
}

const matchedText = (matched: ReadonlyArray<{ readonly id: string; readonly kind: string }>): string => {
  const [first] = matched
  return first === undefined
    ? ""
    : matched.length === 1
    ? `${first.kind} ${first.id}`
    : `all ${matched.length} versions of ${first.kind} ${first.id.split("/")[0]}`
}

/** An observation's id is that of its trace. */
const traceOf = (id: string): string | undefined =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id.replaceAll("-", "") : undefined

export default LineagePage
