/** Two traces by the paths of their spans: what took longer, and what only one of them has. */
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { duration } from "../../parts/format.ts"

const mostListed = 50

export const Comparison = (props: { readonly a: string; readonly b: string }) => {
  const diff = createAnswer(() => ({ path: "/v1/traces/:a/diff/:b" as const, params: { a: props.a, b: props.b } }))
  const list = (title: string, paths: ReadonlyArray<string>) => (
    <Show when={paths.length > 0}>
      <h3>{title} ({paths.length})</h3>
      <ul class="paths">
        <For each={paths.slice(0, mostListed)}>{(path) => <li>{path}</li>}</For>
      </ul>
    </Show>
  )
  return (
    <Answered answer={diff}>
      {(answer) => (
        <section aria-label="Comparison">
          <h2>Compared with {props.b.slice(0, 8)}</h2>
          <p>
            {duration(answer().a.durationNanos / 1e6)} here, {duration(answer().b.durationNanos / 1e6)} there;{" "}
            {answer().a.spanCount} and {answer().b.spanCount} spans, {answer().common.length} paths in both.
          </p>
          <Show when={answer().slower.length > 0} fallback={<p class="quiet">No common path took longer there.</p>}>
            <table class="table">
              <thead>
                <tr>
                  <th>Took longer there</th>
                  <th class="number">Here</th>
                  <th class="number">There</th>
                  <th class="number">More by</th>
                </tr>
              </thead>
              <tbody>
                <For each={answer().slower.slice(0, mostListed)}>
                  {(path) => (
                    <tr>
                      <td data-label="Path">{path.path}</td>
                      <td data-label="Here" class="number">{duration(path.aNanos / 1e6)}</td>
                      <td data-label="There" class="number">{duration(path.bNanos / 1e6)}</td>
                      <td data-label="More by" class="number">{duration((path.bNanos - path.aNanos) / 1e6)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </Show>
          {list("Only here", answer().onlyA)}
          {list("Only there", answer().onlyB)}
        </section>
      )}
    </Answered>
  )
}
