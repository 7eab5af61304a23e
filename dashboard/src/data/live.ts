/**
 * What keeps the pages fresh: whether they are paused, what time it is, and a beat that questions are asked again by.
 *
 * A page asks again when its own interval is over, not while it is paused or nobody sees it.
 */
import { createSignal } from "solid-js"

const [paused, setPaused] = createSignal(false)
const [now, setNow] = createSignal(Date.now())
/** When the last answer of any question came, and whether the last try failed. */
const [freshAt, setFreshAt] = createSignal<number>()
const [lost, setLost] = createSignal(false)

export { freshAt, lost, now, paused }

export const togglePaused = (): void => void setPaused(!paused())

export const told = (answered: boolean): void => {
  setLost(!answered)
  if (answered) setFreshAt(Date.now())
}

const beats = new Set<() => void>()

/** Calls once a second while the pages are looked at; gives the way to stop it. */
export const onBeat = (beat: () => void): () => void => {
  beats.add(beat)
  return () => void beats.delete(beat)
}

export const startBeat = (): void => {
  const tick = () => {
    if (document.hidden) return
    setNow(Date.now())
    if (!paused()) { for (const beat of beats) beat() }
  }
  setInterval(tick, 1000)
  document.addEventListener("visibilitychange", tick)
}
