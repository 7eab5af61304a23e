import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ConjunctionAlert } from "../../../../src/domain/alert/ConjunctionAlert.ts"
import { readVersion } from "../../../../src/layers/alerts/readAlerts.ts"
import type { LogRecord } from "../../../../src/layers/log/MessageLog.ts"
import { observed, recordsOf, runFusion } from "../../../support/fusionRun.ts"

/** What a version says, whenever it was emitted. */
const saidBy = (records: ReadonlyArray<LogRecord>): ReadonlyArray<ConjunctionAlert> =>
  records.flatMap((record) => {
    const version = readVersion(record)
    return version === undefined ? [] : [{ ...version, emittedAt: 0 }]
  })

const inOrder = (versions: ReadonlyArray<ConjunctionAlert>) =>
  versions.toSorted((a, b) => (a.alertId < b.alertId ? -1 : a.alertId > b.alertId ? 1 : a.sequence - b.sequence))

describe("assets", () => {
  it.live("part the versions, and change none of them", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observed({ seconds: 40, count: 120, seed: 11 })
      const records = recordsOf(observations)
      const all = yield* runFusion({ records, catalogue })
      assert.deepStrictEqual(all.written.conjunctions, [])
      const everything = inOrder(saidBy(all.written.alerts))
      const pairs = Array.from(new Set(everything.map(({ objects }) => objects.join("/"))))
      assert.isAtLeast(pairs.length, 1)
      const [first = ""] = everything[0]?.objects ?? []
      for (const assets of [new Set([first]), new Set(["99999"]), new Set(catalogue.keys())]) {
        const parted = yield* runFusion({ records, catalogue, assets })
        const { alerts, conjunctions } = parted.written
        const isProtected = ({ objects }: ConjunctionAlert) => objects.some((objectId) => assets.has(objectId))
        assert.isTrue(saidBy(alerts).every(isProtected))
        assert.isFalse(saidBy(conjunctions).some(isProtected))
        assert.deepStrictEqual(inOrder([...saidBy(alerts), ...saidBy(conjunctions)]), everything)
        assert.deepStrictEqual(
          conjunctions.map(({ headers, key }) => [key, headers.sequence]),
          saidBy(conjunctions).map(({ alertId, sequence }) => [alertId, String(sequence)])
        )
        const counts = new Map(parted.stages).get("conjunctions")
        assert.strictEqual(counts?.filteredReasons.get("no-asset") ?? 0, conjunctions.length)
      }
    }))
})
