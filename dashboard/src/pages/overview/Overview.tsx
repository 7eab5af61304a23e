/** Is it well? */
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { State } from "../../parts/basics.tsx"
import { PageHead } from "../../parts/PageHead.tsx"

const verdicts = { ok: "Yes.", degraded: "It works, but somebody should look.", failed: "No." } as const

const Overview = () => {
  const health = createAnswer(() => ({ path: "/health" as const }), { every: 2, key: "name" })
  return (
    <>
      <PageHead page="" />
      <Answered answer={health}>
        {(report) => {
          const checks = () => [...report().live.checks, ...report().ready.checks]
          const bad = () => checks().filter(({ status }) => status !== "ok")
          return (
            <>
              <section class={`verdict ${report().status}`} aria-label="Verdict">
                <p class="verdict-word">
                  <State status={report().status} word={verdicts[report().status]} />
                </p>
                <Show when={bad()[0]}>{(first) => <p>{first().name}: {first().reason}</p>}</Show>
              </section>
              <section>
                <h2>Checks</h2>
                <ul class="checks">
                  <For each={checks()}>
                    {(check) => (
                      <li>
                        <State status={check.status} />
                        <strong>{check.name}</strong>
                        <span>{check.reason}</span>
                      </li>
                    )}
                  </For>
                </ul>
              </section>
            </>
          )
        }}
      </Answered>
    </>
  )
}

export default Overview
