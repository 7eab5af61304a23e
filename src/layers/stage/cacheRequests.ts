/** `cache_requests_total`: what was asked of a cache, by how it was answered. */
import { Metric } from "effect"

export const cacheRequests = (cache: string, outcome: "hit" | "miss") =>
  Metric.counter("cache_requests_total", {
    description: "Requests to a cache by how they were answered",
    incremental: true,
    attributes: { cache, outcome }
  })
