/** What stands around every page: the search, the way to the others, and how fresh it is. */
import { A, useLocation, useNavigate } from "@solidjs/router"
import { createEffect, For, type JSX, onCleanup, onMount } from "solid-js"
import { pages } from "../../../src/domain/api/pages.ts"
import { Freshness } from "./Freshness.tsx"
import { Help } from "./Help.tsx"
import { listenToKeys } from "./keys.ts"
import { placeOf } from "./placeOf.ts"

export const Shell = (props: { readonly children?: JSX.Element }) => {
  const navigate = useNavigate()
  const location = useLocation()
  let search: HTMLInputElement | undefined
  let help: HTMLDialogElement | undefined

  const current = () => pages.find(({ name }) => name === location.pathname.split("/")[1])
  createEffect(() => {
    document.title = `${current()?.title ?? "Not found"} · Perigee`
  })
  createEffect(() => {
    const given = new URLSearchParams(location.search).get("q")
    if (search !== undefined && document.activeElement !== search) search.value = given ?? ""
  })
  onMount(() =>
    onCleanup(listenToKeys({
      go: (path) => navigate(path),
      search: () => search?.select(),
      help: () => help?.open === true ? help.close() : help?.showModal()
    }))
  )
  const onSearch = (event: SubmitEvent) => {
    event.preventDefault()
    search?.blur()
    navigate(placeOf(search?.value ?? ""))
  }

  return (
    <div class="shell">
      <a class="skip" href="#main">Skip to the page</a>
      <header>
        <A href="/" class="brand" end>Perigee</A>
        <form role="search" onSubmit={onSearch}>
          <label class="unseen" for="search">Search traces, alerts and objects</label>
          <input
            id="search"
            ref={(input) => (search = input)}
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder="service:x error:true >200ms, or an id"
          />
          <kbd aria-hidden="true">/</kbd>
        </form>
        <Freshness />
      </header>
      <nav aria-label="Pages">
        <For each={pages}>
          {({ letter, name, title }) => (
            <A href={`/${name}`} end={name === ""} activeClass="active">
              <span>{title}</span>
              <kbd aria-hidden="true">g {letter}</kbd>
            </A>
          )}
        </For>
        <button type="button" class="keys-button" onClick={() => help?.showModal()}>
          <span>Keys</span>
          <kbd aria-hidden="true">?</kbd>
        </button>
      </nav>
      <main id="main" tabindex="-1">{props.children}</main>
      <Help ref={(dialog) => (help = dialog)} />
    </div>
  )
}
