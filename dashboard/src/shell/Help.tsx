/** All keys, in a dialog. */
import { For } from "solid-js"
import { pages } from "../../../src/domain/api/pages.ts"

const general = [
  ["/", "search"],
  ["j  k", "next and previous row"],
  ["Enter", "open the row"],
  ["p", "pause, and go on"],
  ["Esc", "leave the search, close this"],
  ["?", "these keys"]
] as const

export const Help = (props: { readonly ref: (dialog: HTMLDialogElement) => void }) => (
  <dialog ref={props.ref} class="help" aria-labelledby="help-title">
    <h2 id="help-title">Keys</h2>
    <dl class="keys">
      <For each={general}>
        {([key, what]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        )}
      </For>
      <For each={pages}>
        {({ letter, question, title }) => (
          <div>
            <dt>
              <kbd>g {letter}</kbd>
            </dt>
            <dd>
              {title} <span class="quiet">{question}</span>
            </dd>
          </div>
        )}
      </For>
    </dl>
    <form method="dialog">
      <button type="submit">Close</button>
    </form>
  </dialog>
)
