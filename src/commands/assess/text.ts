/** An assessed conjunction for people and for programs. */
import type { Cdm } from "../../domain/ccsds/cdm/cdm.ts"
import type { MessageProblem } from "../../domain/ccsds/kvn.ts"
import type { Assessment, PcMethod } from "../../domain/orbit/encounter/assessConjunction.ts"
import type { CombinedBody } from "../../domain/orbit/encounter/HardBody.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { columns, printable } from "../text.ts"

export interface AssessedMessage {
  readonly cdm: Cdm
  readonly body: CombinedBody
  readonly assessment: Assessment
  /** What in the message is not as the standard has it. */
  readonly warnings: ReadonlyArray<MessageProblem>
}

/** A number, or null: JSON has no NaN. */
const orNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value

export const toJson = ({ assessment, body, cdm, warnings }: AssessedMessage) => {
  const { curved, encounter, method, pc, pcMaximum, plane, validity } = assessment
  return {
    messageId: cdm.messageId,
    objects: cdm.objects.map(({ designator, name }) => ({ objectId: designator, name })),
    tca: format(encounter.tca),
    missDistanceMetres: encounter.missDistance,
    missRtnMetres: encounter.missRtn,
    relativeSpeedMetresPerSecond: encounter.relativeSpeed,
    hardBodyRadiusMetres: body.radius,
    hardBodyShape: body.shape,
    hardBodySource: body.source,
    pc: orNull(pc),
    pcMethod: method ?? null,
    pcStraight: orNull(plane?.pc),
    pcCurved: orNull(curved?.pc),
    pcMaximum: orNull(pcMaximum),
    mahalanobisSquared: orNull(plane?.mahalanobisSquared),
    validity: validity.validity,
    states: validity.states,
    conditions: validity.conditions,
    statedPc: orNull(cdm.collisionProbability),
    statedPcMethod: cdm.collisionProbabilityMethod ?? null,
    statedMissDistanceMetres: cdm.missDistance,
    warnings
  }
}

const methods: Readonly<Record<PcMethod, string>> = {
  "2d": "2-D, straight relative motion",
  "nc-2d": "Nc in 2 dimensions, bent paths",
  "nc-3d": "Nc in 3 dimensions, bent paths"
}

const probability = (value: number | undefined): string => value === undefined ? "none" : value.toExponential(3)

/** Metres with a comma to the thousand: misses go from metres to a hundred kilometres. */
const metres = (value: number): string =>
  `${value.toLocaleString("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 })} m`

export const toText = ({ assessment, body, cdm }: AssessedMessage): string => {
  const { curved, encounter, method, pc, pcMaximum, plane, validity } = assessment
  const [r, t, n] = encounter.missRtn
  const [one, two] = cdm.objects.map(({ designator, name }) => `${printable(name)} (${printable(designator)})`)
  const stated = cdm.collisionProbability
  const rows: ReadonlyArray<ReadonlyArray<string>> = [
    ["message", printable(cdm.messageId)],
    ["objects", `${one ?? ""} and ${two ?? ""}`],
    ["closest approach", format(encounter.tca)],
    ["miss distance", `${metres(encounter.missDistance)}  (stated ${metres(cdm.missDistance)})`],
    ["  radial, transverse, normal", `${metres(r)}, ${metres(t)}, ${metres(n)}`],
    ["relative speed", `${encounter.relativeSpeed.toFixed(1)} m/s`],
    [
      "hard body",
      `${body.shape} of ${body.shape === "square" ? "half-side" : "radius"} ${body.radius} m, ${body.source}`
    ],
    ["probability of collision", `${probability(pc)}${method === undefined ? "" : `  (${methods[method]})`}`],
    ...(curved === undefined ? [] : [
      ["  straight motion", probability(plane?.pc)],
      ["  bent paths", `${probability(curved.pc)}  (${methods[curved.method]})`]
    ]),
    [
      "  stated",
      stated === undefined
        ? "none"
        : `${probability(stated)}${
          cdm.collisionProbabilityMethod === undefined ? "" : `  (${printable(cdm.collisionProbabilityMethod)})`
        }`
    ],
    ["  highest, over all scales", probability(pcMaximum)],
    [
      "Mahalanobis distance",
      plane === undefined ? "none" : `${Math.sqrt(plane.mahalanobisSquared).toPrecision(4)} sigma`
    ],
    ["validity", validity.states.join(", ")]
  ]
  return [...columns(rows), ...validity.conditions.map((condition) => `- ${printable(condition)}`)].join("\n")
}
