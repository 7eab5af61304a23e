/**
 * Whose clock a span was timed by. `host.id`, `host.ip`, `host.name`, as Jaeger has it; SDKs for JavaScript send none of them unasked, so next the instance, the pod, the
 * container, and the process of its service; at last the service itself.
 */
import type { Attributes } from "../../tracing/SpanData.ts"
import { serviceOfSpan, type StoredSpan } from "../StoredSpan.ts"

const keys = [
  "host.id",
  "host.ip",
  "host.name",
  "service.instance.id",
  "k8s.pod.uid",
  "k8s.pod.name",
  "container.id"
] as const

const textOf = (value: Attributes[string] | undefined): string | undefined => {
  const first = typeof value === "object" ? value[0] : value
  return first === undefined || first === "" ? undefined : String(first)
}

export const hostOf = (span: Pick<StoredSpan, "attributes" | "resource">): string => {
  for (const key of keys) {
    const host = textOf(span.resource[key])
    if (host !== undefined) return host
  }
  const service = serviceOfSpan(span)
  const process = textOf(span.resource["process.pid"])
  return process === undefined ? service : `${service} ${process}`
}
