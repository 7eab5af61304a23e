/** `perigee assess --history`: why the Pc of an alert changed, version by version, with the observations that were new. */
import { Console, Effect, Layer, Option } from "effect"
import { alertHistory, type VersionChange } from "../../domain/alert/alertHistory.ts"
import { alertVersionId } from "../../domain/lineage/LineageRecord.ts"
import type { Vector3 } from "../../domain/observation/Observation.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { withFlags } from "../../layers/config/settings.ts"
import { layerLineageReaderFromConfig } from "../../layers/lineage/lineageFromConfig.ts"
import { LineageReader } from "../../layers/lineage/LineageStore.ts"
import { findAlert } from "../alerts/foundAlert.ts"
import { type LogFlags, logReader } from "../logReader.ts"
import { columns, counted, printable } from "../text.ts"

interface HistoryVersion extends VersionChange {
  /** Observations that the lineage of this version names and that of the one before does not; `undefined` where none is kept. */
  readonly newInputs: ReadonlyArray<{ readonly id: string; readonly sourceId: string | undefined }> | undefined
}

/** The inputs of each version that has lineage; none at all where there is no store of it. */
const inputsOf = Effect.fnUntraced(function*(ids: ReadonlyArray<string>) {
  const { backward } = yield* LineageReader
  return yield* Effect.forEach(ids, (id) => Effect.map(backward(id), (answer) => answer?.reached))
})

const metresOf = (of: Vector3): string => of.map((value) => value.toFixed(1)).join(", ")

const toText = (versions: ReadonlyArray<HistoryVersion>): string => {
  const rows = versions.map(({ pcFactor, version, why }) => [
    String(version.sequence),
    format(version.emittedAt),
    version.level,
    version.pc?.toExponential(2) ?? "none",
    pcFactor === undefined ? "" : `x${pcFactor.toPrecision(3)}`,
    `${version.missDistanceMetres.toFixed(1)} m`,
    printable(why)
  ])
  const details = versions.flatMap(({ newInputs, objects, tcaShiftMillis, version }) => [
    "",
    `version ${version.sequence}${
      tcaShiftMillis === undefined
        ? ""
        : `: closest approach ${tcaShiftMillis >= 0 ? "+" : ""}${tcaShiftMillis.toFixed(2)} ms`
    }`,
    ...objects.map(({ basis, movedRtn, newObservations, objectId, observations, sigmaRtn }) =>
      `  ${printable(objectId)}: ${
        basis === "element-set"
          ? "element set alone"
          : `${counted(observations, "observation")}, ${newObservations} new`
      }; ${movedRtn === undefined ? "" : `moved R, T, N by ${metresOf(movedRtn)} m; `}sigma ${metresOf(sigmaRtn)} m`
    ),
    ...(newInputs === undefined || newInputs.length === 0
      ? []
      : [
        `  new: ${
          newInputs.slice(0, 5).map(({ id, sourceId }) => `${printable(id)} (${printable(sourceId ?? "unknown")})`)
            .join(", ")
        }${newInputs.length > 5 ? ` and ${newInputs.length - 5} more` : ""}`
      ])
  ])
  return [...columns([["VERSION", "EMITTED", "LEVEL", "PC", "", "MISS", "WHY"], ...rows]), ...details].join("\n")
}

const toJson = (alertId: string, versions: ReadonlyArray<HistoryVersion>) => ({
  alertId,
  versions: versions.map(({ missShiftMetres, newInputs, objects, pcFactor, tcaShiftMillis, version, why }) => ({
    sequence: version.sequence,
    emittedAt: format(version.emittedAt),
    level: version.level,
    final: version.final,
    pc: version.pc,
    pcMethod: version.pcMethod ?? null,
    pcFactor: pcFactor ?? null,
    validity: version.validity,
    tca: format(version.tca),
    tcaShiftMillis: tcaShiftMillis ?? null,
    missDistanceMetres: version.missDistanceMetres,
    missShiftMetres: missShiftMetres ?? null,
    why,
    objects: objects.map((object) => ({
      ...object,
      movedRtn: object.movedRtn ?? null,
      sigmaRtnBefore: object.sigmaRtnBefore ?? null
    })),
    newInputs: newInputs?.map(({ id, sourceId }) => ({ id, sourceId: sourceId ?? null })) ?? null
  }))
})

/** Prints it. Fails as `perigee alerts show` does. */
export const showHistory = Effect.fnUntraced(function*(id: string, flags: LogFlags, json: boolean) {
  const { listed: { alert: { alertId } }, versions } = yield* Effect.provide(findAlert(id), logReader(flags))
  const reader = Layer.provide(layerLineageReaderFromConfig, withFlags({ "data-dir": flags["data-dir"] }))
  const ids = versions.map(({ sequence }) => alertVersionId(alertId, sequence))
  // A run without lineage has none to ask.
  const inputs = Option.getOrUndefined(yield* Effect.option(Effect.provide(inputsOf(ids), reader)))
  const history = alertHistory(versions).map((change, i): HistoryVersion => {
    const before = new Set(inputs?.[i - 1]?.map(({ id }) => id))
    return Object.assign({ newInputs: inputs?.[i]?.filter(({ id }) => !before.has(id)) }, change)
  })
  yield* Console.log(json ? JSON.stringify(toJson(alertId, history)) : toText(history))
})
