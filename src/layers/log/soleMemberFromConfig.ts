/** Fusion's rule for a log that several processes could share: one member, one partition. */
import { Effect } from "effect"
import { kafkaSettings, settings } from "../config/settings.ts"
import { LogError } from "./LogError.ts"

/** As docs/kafka.md and docs/configuration.md have it. */
export const soleMemberRule =
  "fusion runs as one member on one partition until its tasks move with their state; several would give wrong alerts"

/** Nothing where the log is this process's own. Fails with `Invalid` for more partitions than one, or another member. */
export const soleMemberFromConfig = Effect.fnUntraced(
  function*(options: { readonly topic: string; readonly group: string }) {
    if ((yield* settings.log) !== "kafka") return
    const partitions = yield* settings.observationPartitions
    if (partitions > 1) {
      const message = `PERIGEE_OBSERVATION_PARTITIONS: "${partitions}": expected 1 on Kafka: ${soleMemberRule}`
      return yield* new LogError({ reason: "Invalid", message })
    }
    const { requireSoleMember } = yield* Effect.promise(() => import("./kafka/soleMember.ts"))
    return yield* requireSoleMember(yield* kafkaSettings, { ...options, rule: soleMemberRule })
  }
)
