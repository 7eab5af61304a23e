/** Why a trace was kept or dropped. */
import { Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, State, Time } from "../../parts/basics.tsx"

const words = {
  kept: ["ok", "It was kept."],
  dropped: ["degraded", "It was dropped."],
  undecided: ["unknown", "Its spans are still collected: it is not decided yet."],
  unknown: [
    "unknown",
    "Nothing was heard of it, or it was forgotten: it was not sampled, not sent here, or is too old."
  ]
} as const

export const Decision = (props: { readonly id: string }) => {
  const why = createAnswer(() => ({ path: "/v1/traces/:id/why" as const, params: { id: props.id } }), { every: 5 })
  return (
    <Answered answer={why}>
      {(answer) => (
        <section class="verdict" aria-label="Decision">
          <p class="verdict-word">
            <State status={words[answer().decision][0]} word={words[answer().decision][1]} />
          </p>
          <dl class="pairs">
            <Show when={answer().policy}>
              {(policy) => (
                <div>
                  <dt>by policy</dt>
                  <dd>{policy()}</dd>
                </div>
              )}
            </Show>
            <Show when={answer().probability}>
              {(share) => (
                <div>
                  <dt>share kept</dt>
                  <dd>{(share() * 100).toPrecision(3)} %: a kept one stands for {(1 / share()).toPrecision(3)}</dd>
                </div>
              )}
            </Show>
            <Show when={answer().threshold}>
              {(threshold) => (
                <div>
                  <dt>threshold</dt>
                  <dd>
                    <code>{threshold()}</code>
                  </dd>
                </div>
              )}
            </Show>
            <Show when={answer().ruleset}>
              {(ruleset) => (
                <div>
                  <dt>rules</dt>
                  <dd>{ruleset()}</dd>
                </div>
              )}
            </Show>
            <Show when={answer().decidedAt}>
              {(at) => (
                <div>
                  <dt>decided</dt>
                  <dd>
                    <Time at={at()} />
                  </dd>
                </div>
              )}
            </Show>
            <Show when={answer().late}>
              <div>
                <dt>late spans</dt>
                <dd>came after the decision, and followed it</dd>
              </div>
            </Show>
          </dl>
          <p class="quiet">
            <CommandLine text={`perigee trace why ${props.id}`} />
          </p>
        </section>
      )}
    </Answered>
  )
}
