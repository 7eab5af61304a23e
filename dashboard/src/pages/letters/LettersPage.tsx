/** What was given up, why, and whose was it? */
import { A, useSearchParams } from "@solidjs/router"
import { createMemo, For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import type { AnswerOf } from "../../data/api.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, Empty, Id, Named, Time } from "../../parts/basics.tsx"
import { count, duration, hue } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"

type Letters = AnswerOf<"/v1/letters">

const filters = ["errorKind", "sensor", "operator", "since", "until"] as const

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, each) => total + each, 0)

/** Letters over time, a column a step, its parts by kind. */
const Timeline = (props: { readonly letters: Letters; readonly narrow: (since: string, until: string) => void }) => {
  const most = createMemo(() => Math.max(1, ...props.letters.timeline.map(({ counts }) => sum(counts))))
  const until = (start: string) => new Date(Date.parse(start) + props.letters.stepSeconds * 1000).toISOString()
  return (
    <div
      class="columns-chart"
      role="group"
      aria-label={`Letters over time, ${duration(props.letters.stepSeconds * 1000)} a column`}
    >
      <For each={props.letters.timeline}>
        {(step) => (
          <button
            type="button"
            class="column"
            disabled={sum(step.counts) === 0}
            aria-label={`${sum(step.counts)} from ${step.start}`}
            onClick={() => props.narrow(step.start, until(step.start))}
          >
            <For each={Object.entries(step.counts)}>
              {([kind, amount]) => (
                <span
                  class="part"
                  style={{ "height": `${100 * amount / most()}%`, "--hue": String(hue(kind)) }}
                  title={`${kind} ${amount}`}
                />
              )}
            </For>
          </button>
        )}
      </For>
    </div>
  )
}

const LettersPage = () => {
  const [search, setSearch] = useSearchParams()
  const given = (name: string): string | undefined => {
    const value = search[name]
    return typeof value === "string" && value !== "" ? value : undefined
  }
  const letters = createAnswer(
    () => ({
      path: "/v1/letters" as const,
      query: { limit: 200, ...Object.fromEntries(filters.map((name) => [name, given(name)])) }
    }),
    { every: 10, key: "id" }
  )
  const chosen = () => filters.filter((name) => given(name) !== undefined)
  const command = () =>
    ["perigee dlq list", ...chosen().map((name) => `--${name === "errorKind" ? "error-kind" : name} ${given(name)}`)]
      .join(" ")
  return (
    <>
      <PageHead page="letters" />
      <Show when={chosen().length > 0}>
        <p class="filters">
          <For each={chosen()}>
            {(name) => (
              <button
                type="button"
                onClick={() => setSearch({ [name]: undefined })}
                aria-label={`remove ${name}`}
              >
                {name}: {given(name)} ×
              </button>
            )}
          </For>
        </p>
      </Show>
      <Answered answer={letters}>
        {(answer) => (
          <Show
            when={answer().total > 0}
            fallback={
              <Empty command={command()}>
                Nothing was given up{chosen().length > 0 ? " that fits" : ""}. What cannot be read or comes too late
                would be here, and in
              </Empty>
            }
          >
            <p class="quiet">
              {count(answer().total)} among the newest {count(answer().lookedAt)}; a column is{" "}
              {duration(answer().stepSeconds * 1000)}
            </p>
            <Timeline letters={answer()} narrow={(since, until) => setSearch({ since, until })} />
            <div class="columns">
              <section>
                <h2>Why</h2>
                <ul class="bars">
                  <For each={Object.entries(answer().byErrorKind).toSorted(([, a], [, b]) => b - a)}>
                    {([kind, amount]) => (
                      <li>
                        <A data-row href={`?${new URLSearchParams({ errorKind: kind })}`}>
                          <Named name={kind} />
                        </A>
                        <span class="number">{count(amount)}</span>
                      </li>
                    )}
                  </For>
                </ul>
              </section>
              <section>
                <h2>Whose</h2>
                <ul class="bars">
                  <For each={Object.entries(answer().bySensor).slice(0, 20)}>
                    {([sensor, counts]) => (
                      <li>
                        <Show when={!sensor.startsWith("(")} fallback={<span>{sensor}</span>}>
                          <A data-row href={`?${new URLSearchParams({ sensor })}`}>{sensor}</A>
                        </Show>
                        <span class="number">{count(sum(counts))}</span>
                      </li>
                    )}
                  </For>
                </ul>
              </section>
            </div>
            <section>
              <h2>The newest</h2>
              <table class="table">
                <thead>
                  <tr>
                    <th>Time</th>
                    <th>Letter</th>
                    <th>Sensor</th>
                    <th>Stage</th>
                    <th>Why</th>
                    <th>Message</th>
                    <th>Trace</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={answer().deadLetters}>
                    {(letter) => (
                      <tr>
                        <td data-label="Time">
                          <Time at={letter.time} />
                        </td>
                        <td data-label="Letter">
                          <A data-row href={`/letters/${encodeURIComponent(letter.id)}`}>{letter.id.slice(0, 8)}</A>
                        </td>
                        <td data-label="Sensor">{letter.sensorId ?? "unknown"}</td>
                        <td data-label="Stage">
                          <Named name={letter.operator} />
                        </td>
                        <td data-label="Why">{letter.errorKind}</td>
                        <td data-label="Message">{letter.message}</td>
                        <td data-label="Trace">
                          <Id id={letter.trace.traceId} href={`/traces/${letter.trace.traceId}`} />
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
              <p class="quiet">
                All of them: <CommandLine text={command()} />
              </p>
            </section>
          </Show>
        )}
      </Answered>
    </>
  )
}

export default LettersPage
