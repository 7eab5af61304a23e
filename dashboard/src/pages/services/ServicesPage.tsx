/** Who calls whom, and how well? */
import { A } from "@solidjs/router"
import { For, Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { Empty, Named } from "../../parts/basics.tsx"
import { count, duration, percent } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"

/** Each is asked by itself. */
const mostAsked = 40

const length = (nanos: number | null): string => nanos === null ? "none" : duration(nanos / 1e6)

const searchOf = (service: string, more = ""): string =>
  `/traces?q=${encodeURIComponent(`service:${service.includes(" ") ? `"${service}"` : service}${more}`)}`

const ServiceRow = (props: { readonly service: string }) => {
  const metrics = createAnswer(
    () => ({ path: "/v1/services/:service/metrics" as const, params: { service: props.service } }),
    { every: 10 }
  )
  return (
    <tr>
      <td data-label="Service">
        <A data-row href={searchOf(props.service)}>
          <Named name={props.service} />
        </A>
      </td>
      <td data-label="Requests" class="number">{count(metrics.value()?.count ?? 0)}</td>
      <td data-label="Errors" class="number">
        <Show when={(metrics.value()?.errors ?? 0) > 0} fallback="0">
          <A href={searchOf(props.service, " error:true")}>
            {count(metrics.value()?.errors ?? 0)}{" "}
            ({percent((metrics.value()?.errors ?? 0) / Math.max(1, metrics.value()?.count ?? 1))})
          </A>
        </Show>
      </td>
      <td data-label="p50" class="number">{length(metrics.value()?.p50Nanos ?? null)}</td>
      <td data-label="p95" class="number">{length(metrics.value()?.p95Nanos ?? null)}</td>
      <td data-label="p99" class="number">
        <Show when={metrics.value()?.p99Nanos} fallback="none">
          {(nanos) => (
            <A href={searchOf(props.service, ` >${Math.max(1, Math.floor(nanos() / 1e6))}ms`)}>{length(nanos())}</A>
          )}
        </Show>
      </td>
    </tr>
  )
}

const ServicesPage = () => {
  const services = createAnswer(() => ({ path: "/v1/services" as const }), { every: 10 })
  const dependencies = createAnswer(() => ({ path: "/v1/dependencies" as const }), { every: 10 })
  return (
    <>
      <PageHead page="services">
        <span class="quiet">the last hour</span>
      </PageHead>
      <Answered answer={services}>
        {(answer) => (
          <Show
            when={answer().services.length > 0}
            fallback={
              <Empty command="OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318">
                No span has come yet. Any OpenTelemetry SDK sends here with
              </Empty>
            }
          >
            <table class="table">
              <thead>
                <tr>
                  <th>Service</th>
                  <th class="number">Requests</th>
                  <th class="number">Errors</th>
                  <th class="number">p50</th>
                  <th class="number">p95</th>
                  <th class="number">p99</th>
                </tr>
              </thead>
              <tbody>
                <For each={answer().services.slice(0, mostAsked)}>{(service) => <ServiceRow service={service} />}</For>
              </tbody>
            </table>
            <Show when={answer().services.length > mostAsked}>
              <p class="quiet">The first {mostAsked} of {answer().services.length}.</p>
            </Show>
          </Show>
        )}
      </Answered>
      <section>
        <h2>Calls between them</h2>
        <Answered answer={dependencies}>
          {(answer) => (
            <Show when={answer().dependencies.length > 0} fallback={<p class="quiet">No service called another.</p>}>
              <table class="table">
                <thead>
                  <tr>
                    <th>Caller</th>
                    <th>Called</th>
                    <th class="number">Calls</th>
                    <th class="number">Failed</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={answer().dependencies}>
                    {(edge) => (
                      <tr>
                        <td data-label="Caller">
                          <Named name={edge.parent} />
                        </td>
                        <td data-label="Called">
                          <A data-row href={searchOf(edge.child)}>
                            <Named name={edge.child} />
                          </A>
                        </td>
                        <td data-label="Calls" class="number">{count(edge.calls)}</td>
                        <td data-label="Failed" class="number">
                          {count(edge.errors)} ({percent(edge.errors / Math.max(1, edge.calls))})
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </Show>
          )}
        </Answered>
      </section>
    </>
  )
}

export default ServicesPage
