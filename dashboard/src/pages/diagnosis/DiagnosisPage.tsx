/** What is wrong? */
import { A } from "@solidjs/router"
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, State } from "../../parts/basics.tsx"
import { PageHead } from "../../parts/PageHead.tsx"
import { verdictOf } from "../overview/verdict.ts"

const DiagnosisPage = () => {
  const status = createAnswer(() => ({ path: "/v1/status" as const }), { every: 2, key: "name" })
  return (
    <>
      <PageHead page="diagnosis" />
      <Answered answer={status}>
        {(answer) => {
          const verdict = () => verdictOf(answer())
          return (
            <>
              <section class={`verdict ${verdict().status}`} aria-label="Findings">
                <p class="verdict-word">
                  <State status={verdict().status} word={verdict().word} />
                </p>
                <ol>
                  <For each={verdict().reasons}>
                    {(reason) => (
                      <li>
                        <A data-row href={reason.href}>{reason.text}</A>
                      </li>
                    )}
                  </For>
                </ol>
                <Show when={verdict().reasons.length === 0}>
                  <p>Nothing that the process watches of itself stands out.</p>
                </Show>
              </section>
              <p>
                Each finding leads to its evidence. What the process cannot see of itself is in its traces (
                <A href="/traces?q=error%3Atrue">those with errors</A>) and in what it gave up (<A href="/letters">
                  dead letters
                </A>).
              </p>
              <p class="quiet">
                The same in a terminal: <CommandLine text="perigee status" />
              </p>
            </>
          )
        }}
      </Answered>
    </>
  )
}

export default DiagnosisPage
