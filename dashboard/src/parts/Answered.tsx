/** Shows an answer; until there is one, nothing for a blink, then that it is waited for; where there is none, why. */
import { type JSX, Match, Show, Switch } from "solid-js"
import type { Answer } from "../data/answer.ts"
import type { Problem } from "../data/api.ts"

export const Problems = (props: { readonly problem: Problem; readonly again: () => void }) => (
  <div class="problem" role="alert">
    <p>{props.problem.message}</p>
    <p class="quiet">
      <Show when={props.problem.requestId}>
        request <code>{props.problem.requestId}</code>
        {" "}
      </Show>
      <button
        type="button"
        onClick={() =>
          props.again()}
      >
        try again
      </button>
    </p>
  </div>
)

export function Answered<A>(props: {
  readonly answer: Answer<A>
  readonly children: (value: () => NonNullable<A>) => JSX.Element
  /** In place of the message for an answer of 404. */
  readonly missing?: JSX.Element
}) {
  return (
    <Switch>
      <Match when={props.answer.value()}>
        {(value) => (
          <>
            <Show when={props.answer.problem()}>
              {(problem) => <Problems problem={problem()} again={props.answer.again} />}
            </Show>
            {props.children(value)}
          </>
        )}
      </Match>
      <Match when={props.answer.problem()}>
        {(problem) => (
          <Show
            when={problem().status === 404 && props.missing}
            fallback={<Problems problem={problem()} again={props.answer.again} />}
          >
            {(missing) => missing()}
          </Show>
        )}
      </Match>
      <Match when={props.answer.slow()}>
        <p class="quiet" role="status">waiting for the answer …</p>
      </Match>
    </Switch>
  )
}
