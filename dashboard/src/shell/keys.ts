/**
 * The keyboard: `/` to the search, `j` and `k` through a page's lists, `g` and a letter to a page, `p` pauses, `?` shows all.
 *
 * Rows are links or buttons marked `data-row`, so that Enter needs nothing of its own.
 */
import { pages } from "../../../src/domain/api/pages.ts"
import { togglePaused } from "../data/live.ts"

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const rows = (): ReadonlyArray<HTMLElement> => Array.from(document.querySelectorAll<HTMLElement>("main [data-row]"))

const move = (by: 1 | -1): void => {
  const all = rows().filter((row) => row.offsetParent !== null)
  const place = all.findIndex((row) => row === document.activeElement)
  const next = place === -1 ? (by === 1 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, place + by))
  all[next]?.focus()
  all[next]?.scrollIntoView({ block: "nearest" })
}

/** How long `g` waits for its letter. */
const letterMillis = 1500

export interface KeyActions {
  readonly go: (path: string) => void
  readonly search: () => void
  readonly help: () => void
}

/** Gives the way to stop listening. */
export const listenToKeys = ({ go, help, search }: KeyActions): () => void => {
  let goUntil = 0
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (typing(event.target)) {
      if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur()
      return
    }
    if (event.timeStamp < goUntil) {
      goUntil = 0
      const page = pages.find(({ letter }) => letter === event.key)
      if (page !== undefined) {
        event.preventDefault()
        go(`/${page.name}`)
        return
      }
    }
    const action = {
      "g": () => {
        goUntil = event.timeStamp + letterMillis
      },
      "/": search,
      "j": () => move(1),
      "k": () => move(-1),
      "p": togglePaused,
      "?": help
    }[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  document.addEventListener("keydown", onKey)
  return () => document.removeEventListener("keydown", onKey)
}
