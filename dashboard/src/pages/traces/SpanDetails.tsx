/** Everything about one span; its links, both ways. */
import { A } from "@solidjs/router"
import { For, Show } from "solid-js"
import type { AnswerOf } from "../../data/api.ts"
import { Id, Named, State, Time } from "../../parts/basics.tsx"
import { duration } from "../../parts/format.ts"
import type { Span } from "./Waterfall.tsx"

type Trace = AnswerOf<"/v1/traces/:id">
type Attributes = Span["attributes"]

const textOf = (value: Attributes[string] | undefined): string =>
  Array.isArray(value) ? value.join(", ") : String(value)

const Pairs = (props: { readonly of: Attributes; readonly empty: string }) => (
  <Show when={Object.keys(props.of).length > 0} fallback={<p class="quiet">{props.empty}</p>}>
    <dl class="pairs">
      <For each={Object.entries(props.of)}>
        {([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{textOf(value)}</dd>
          </div>
        )}
      </For>
    </dl>
  </Show>
)

export const SpanDetails = (props: { readonly trace: Trace; readonly span: Span }) => {
  const resource = () => props.trace.resources[props.span.resource]
  const backLinks = () => props.trace.linkedFrom.filter(({ targetSpanId }) => targetSpanId === props.span.spanId)
  return (
    <section class="details" aria-label={`Span ${props.span.name}`}>
      <h2>{props.span.name}</h2>
      <p>
        <Named name={props.span.service} />, {props.span.kind}{" "}
        <State
          status={props.span.status === "error" ? "failed" : "ok"}
          word={props.span.status === "error"
            ? `error${props.span.statusMessage === null ? "" : `: ${props.span.statusMessage}`}`
            : "no error"}
        />
      </p>
      <dl class="pairs">
        <div>
          <dt>span</dt>
          <dd>
            <Id id={props.span.spanId} whole />
          </dd>
        </div>
        <div>
          <dt>start</dt>
          <dd>
            <Time at={props.span.start} />
          </dd>
        </div>
        <div>
          <dt>took</dt>
          <dd>{duration(props.span.durationNanos / 1e6)}, {duration(props.span.selfNanos / 1e6)} of it itself</dd>
        </div>
        <Show when={props.span.queuedNanos > 0}>
          <div>
            <dt>queued before</dt>
            <dd>{duration(props.span.queuedNanos / 1e6)}</dd>
          </div>
        </Show>
        <Show when={props.span.waiting}>
          {(waiting) => (
            <div>
              <dt>waits for</dt>
              <dd>{waiting()}</dd>
            </div>
          )}
        </Show>
        <Show when={props.span.skewNanos !== 0}>
          <div>
            <dt>clock moved by</dt>
            <dd>{duration(props.span.skewNanos / 1e6)}</dd>
          </div>
        </Show>
        <Show when={props.span.warnings.length > 0}>
          <div>
            <dt>assembly</dt>
            <dd>{props.span.warnings.join(", ").replaceAll("_", " ")}</dd>
          </div>
        </Show>
      </dl>
      <h3>Attributes</h3>
      <Pairs of={props.span.attributes} empty="none" />
      <Show when={props.span.events.length > 0}>
        <h3>Events</h3>
        <ul class="plain">
          <For each={props.span.events}>
            {(event) => (
              <li>
                <Time at={event.time} /> <strong>{event.name}</strong>
                <Pairs of={event.attributes} empty="" />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.span.links.length > 0}>
        <h3>Links to</h3>
        <ul class="plain">
          <For each={props.span.links}>
            {(link) => (
              <li>
                <A data-row href={`/traces/${link.traceId}?span=${link.spanId}`}>
                  trace {link.traceId.slice(0, 8)}, span {link.spanId}
                </A>
                <Pairs of={link.attributes} empty="" />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={backLinks().length > 0}>
        <h3>Linked from</h3>
        <ul class="plain">
          <For each={backLinks()}>
            {(link) => (
              <li>
                <A data-row href={`/traces/${link.traceId}?span=${link.spanId}`}>
                  trace {link.traceId.slice(0, 8)}, span {link.spanId}
                </A>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <h3>Process</h3>
      <Pairs of={resource()?.attributes ?? {}} empty="unknown" />
    </section>
  )
}
