/**
 * The contract of `MessageLog`, run on every Layer. A Layer that passes can stand behind the pipeline.
 *
 * Runs on the live clock, as a real broker must. Every test has topics and groups of its own, so one engine serves all of them.
 */
import { layer as withLayer } from "@effect/vitest"
import { Duration, type Layer } from "effect"
import type { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { appendAndRead } from "./contract/appendAndRead.ts"
import { groups } from "./contract/groups.ts"
import { model } from "./contract/model.ts"
import { retention } from "./contract/retention.ts"
import type { ContractOptions, ContractSettings } from "./contract/support.ts"

export type { ContractOptions } from "./contract/support.ts"

/** Registers the suite under `name`. */
export const messageLogContract = <E>(
  name: string,
  layer: Layer.Layer<MessageLog, E>,
  options: ContractOptions = {}
): void => {
  const settings: ContractSettings = {
    retention: options.retention ?? "exact",
    propertyRuns: options.propertyRuns ?? 50,
    guard: options.guard ?? Duration.seconds(20)
  }
  withLayer(layer, { excludeTestServices: true, timeout: "60 seconds" })(`MessageLog contract: ${name}`, (it) => {
    appendAndRead(it, settings)
    groups(it, settings)
    retention(it, settings)
    model(it, settings)
  })
}
