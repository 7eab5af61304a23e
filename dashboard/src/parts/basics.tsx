/** The small parts that all pages are made of: one meaning, one look. */
import { A } from "@solidjs/router"
import { createSignal, type JSX, Show } from "solid-js"
import { now } from "../data/live.ts"
import { hue, relative, short, utc } from "./format.ts"

export type Status = "ok" | "degraded" | "failed" | "unknown"

/** Told by shape, word and colour: a disc, a triangle, a square, a ring. */
export const State = (props: { readonly status: Status; readonly word?: string }) => (
  <span class={`state ${props.status}`}>
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {props.status === "ok"
        ? <circle cx="6" cy="6" r="5" />
        : props.status === "degraded"
        ? <path d="M6 0.8 11.6 11H0.4z" />
        : props.status === "failed"
        ? <rect x="1" y="1" width="10" height="10" />
        : <circle cx="6" cy="6" r="4.2" class="ring" />}
    </svg>
    <span>{props.word ?? props.status}</span>
  </span>
)

/** A time in UTC with the relative beside. */
export const Time = (props: { readonly at: number | string | null | undefined; readonly none?: string }) => {
  const at = () => {
    const given = props.at
    const value = typeof given === "string" ? Date.parse(given) : given
    return value === null || value === undefined || !Number.isFinite(value) ? undefined : value
  }
  return (
    <Show when={at()} fallback={<span class="quiet">{props.none ?? "never"}</span>}>
      {(time) => (
        <time datetime={new Date(time()).toISOString()}>
          {utc(time(), now())} <span class="quiet">{relative(time(), now())}</span>
        </time>
      )}
    </Show>
  )
}

/** A stage or a service by name, with the hue that it keeps. */
export const Named = (props: { readonly name: string }) => (
  <span class="named" style={{ "--hue": String(hue(props.name)) }}>{props.name}</span>
)

/** Short on sight, whole on copy. */
export const Id = (props: { readonly id: string; readonly href?: string; readonly whole?: boolean }) => {
  const [copied, setCopied] = createSignal(false)
  const text = () => props.whole === true ? props.id : short(props.id)
  const copy = () => {
    void navigator.clipboard?.writeText(props.id).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1500)
    })
  }
  return (
    <span class="id">
      <Show when={props.href} fallback={<code title={props.id}>{text()}</code>}>
        {(href) => (
          <A href={href()} title={props.id}>
            <code>{text()}</code>
          </A>
        )}
      </Show>
      <button type="button" class="copy" onClick={copy} aria-label={`copy ${props.id}`}>
        {copied() ? "copied" : "copy"}
      </button>
    </span>
  )
}

/** A command to be pasted into a terminal. */
export const CommandLine = (props: { readonly text: string }) => (
  <span class="command">
    <code>{props.text}</code>
    <CopyButton text={props.text} />
  </span>
)

const CopyButton = (props: { readonly text: string }) => {
  const [copied, setCopied] = createSignal(false)
  return (
    <button
      type="button"
      class="copy"
      aria-label={`copy ${props.text}`}
      onClick={() => {
        void navigator.clipboard?.writeText(props.text).then(() => setCopied(true))
        setTimeout(() => setCopied(false), 1500)
      }}
    >
      {copied() ? "copied" : "copy"}
    </button>
  )
}

/** What would be here, and how to get it there. */
export const Empty = (props: { readonly children: JSX.Element; readonly command?: string }) => (
  <div class="empty">
    <p>{props.children}</p>
    <Show when={props.command}>{(text) => <CommandLine text={text()} />}</Show>
  </div>
)

/** A figure with its unit and name; leads to its evidence where there is some. */
export const Figure = (props: {
  readonly name: string
  readonly value: JSX.Element
  readonly hint?: JSX.Element
  readonly href?: string
  readonly status?: Status
}) => {
  const inner = () => (
    <>
      <span class="figure-name">{props.name}</span>
      <span class="figure-value">{props.value}</span>
      <Show when={props.status ?? props.hint}>
        <span class="figure-hint">
          <Show when={props.status}>{(status) => <State status={status()} />}</Show> {props.hint}
        </span>
      </Show>
    </>
  )
  return (
    <Show when={props.href} fallback={<div class="figure">{inner()}</div>}>
      {(href) => <A data-row class="figure" href={href()}>{inner()}</A>}
    </Show>
  )
}
