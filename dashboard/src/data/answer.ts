/** A question whose answer stays fresh while a page shows it. */
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup, untrack } from "solid-js"
import { createStore, reconcile } from "solid-js/store"
import { addressOf, type AnswerOf, type ApiPath, ask, type Problem, type Question } from "./api.ts"
import { answered, onBeat, unanswered } from "./live.ts"

export interface Answer<A> {
  /** The last one that came: it stays while the next is under way, so that nothing jumps. */
  readonly value: Accessor<A | undefined>
  readonly problem: Accessor<Problem | undefined>
  /** True when an answer is waited for longer than a blink (200 ms). */
  readonly slow: Accessor<boolean>
  readonly again: () => void
}

const isProblem = (cause: unknown): cause is Problem =>
  typeof cause === "object" && cause !== null && "status" in cause && "message" in cause

/**
 * `every`: seconds until it is asked again, `undefined` for what does not change. `key`: what rows of lists are told apart by, so that rows stay where
 * they are (and keep the focus) when their figures change.
 */
export const createAnswer = <Path extends ApiPath>(
  question: Accessor<Question<Path> | undefined>,
  { every, key }: { readonly every?: number; readonly key?: string } = {}
): Answer<AnswerOf<Path>> => {
  const [held, setHeld] = createStore<{ value: AnswerOf<Path> | undefined }>({ value: undefined })
  const [problem, setProblem] = createSignal<Problem>()
  const [slow, setSlow] = createSignal(false)
  let askedAt = 0
  let underWay: AbortController | undefined

  const askNow = (given: Question<Path>): void => {
    underWay?.abort()
    const controller = new AbortController()
    underWay = controller
    askedAt = Date.now()
    const blink = setTimeout(() => setSlow(true), 200)
    const done = () => {
      clearTimeout(blink)
      if (underWay !== controller) return
      underWay = undefined
      setSlow(false)
    }
    ask(given, controller.signal).then(
      (value) => {
        if (controller.signal.aborted) return
        setHeld("value", reconcile(value, { key: key ?? "id", merge: key === undefined }))
        setProblem(undefined)
        answered()
        done()
      },
      (cause: unknown) => {
        if (controller.signal.aborted) return
        setProblem(isProblem(cause) ? cause : { status: 0, message: String(cause) })
        if (isProblem(cause) && cause.status !== 0) answered()
        else unanswered()
        done()
      }
    )
  }

  // A question that is built anew but says the same is not asked again.
  const address = createMemo(() => {
    const given = question()
    return given === undefined ? undefined : addressOf(given)
  })
  const again = () => {
    const given = untrack(question)
    if (given !== undefined) askNow(given)
  }
  createEffect(on(address, (now, before) => {
    if (before !== undefined && now?.split("?")[0] !== before.split("?")[0]) setHeld("value", undefined)
    if (now === undefined) setHeld("value", undefined)
    setProblem(undefined)
    again()
  }))
  if (every !== undefined) {
    onCleanup(onBeat(() => {
      if (underWay === undefined && Date.now() - askedAt >= every * 1000 - 100) again()
    }))
  }
  onCleanup(() => underWay?.abort())
  return { value: () => held.value, problem, slow, again }
}
