/**
 * What keeps the pages fresh: the process's pulse (`/v1/live`), by which questions are asked again, unless the pages are paused or nobody sees them.
 *
 * A connection that is lost is told, and made anew: by the browser, or after {@link retryMillis} where the process refused it.
 */
import { createEffect, createSignal, on } from "solid-js"
import type { LivePulse } from "../../../src/domain/api/operation/operation.ts"

type Pulse = typeof LivePulse.Encoded

const [paused, setPaused] = createSignal(false)
const [now, setNow] = createSignal(Date.now())
const [pulse, setPulse] = createSignal<Pulse>()
const [lost, setLost] = createSignal(false)
/** When the last answer of any question came. */
const [freshAt, setFreshAt] = createSignal<number>()

export { freshAt, lost, now, paused, pulse }

export const togglePaused = (): void => void setPaused(!paused())

export const answered = (): void => void setFreshAt(Date.now())

export const unanswered = (): void => void setLost(true)

const beats = new Set<() => void>()

/** Calls with every pulse; gives the way to stop it. */
export const onBeat = (beat: () => void): () => void => {
  beats.add(beat)
  return () => void beats.delete(beat)
}

const retryMillis = 3000

const isPulse = (value: unknown): value is Pulse => typeof value === "object" && value !== null && "status" in value

const parsed = (text: string): Pulse | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isPulse(value) ? value : undefined
  } catch {
    return undefined
  }
}

export const startLive = (): void => {
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  const close = (): void => {
    clearTimeout(retry)
    source?.close()
    source = undefined
  }
  const open = (): void => {
    close()
    if (paused() || document.hidden) return
    const opened = new EventSource("/v1/live")
    source = opened
    opened.addEventListener("message", ({ data }) => {
      const value = parsed(String(data))
      if (value === undefined) return
      setLost(false)
      setPulse(value)
      for (const beat of beats) beat()
    })
    opened.addEventListener("error", () => {
      setLost(true)
      if (opened.readyState === EventSource.CLOSED) retry = setTimeout(open, retryMillis)
    })
  }
  createEffect(on(paused, open))
  document.addEventListener("visibilitychange", open)
  setInterval(() => {
    if (!document.hidden) setNow(Date.now())
  }, 1000)
}
