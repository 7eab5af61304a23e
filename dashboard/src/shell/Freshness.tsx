/** How fresh the page is, whether the connection stands, and the way to pause it. */
import { Show } from "solid-js"
import { freshAt, lost, now, paused, togglePaused } from "../data/live.ts"
import { State } from "../parts/basics.tsx"
import { utc } from "../parts/format.ts"

export const Freshness = () => {
  const word = () => {
    const at = freshAt()
    if (lost()) return at === undefined ? "no connection" : `connection lost, as of ${utc(at, now())}`
    if (at === undefined) return "waiting"
    return `${paused() ? "paused, " : ""}as of ${utc(at, now())}`
  }
  return (
    <div class="freshness">
      <State
        status={lost() ? "failed" : paused() ? "degraded" : freshAt() === undefined ? "unknown" : "ok"}
        word={word()}
      />
      <button type="button" onClick={togglePaused} aria-pressed={paused()}>
        <Show when={paused()} fallback="Pause">Go on</Show>
      </button>
    </div>
  )
}
