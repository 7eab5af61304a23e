/** Alerts for tests of what happens to them. */
import type { ConjunctionAlert } from "../../src/domain/alert/ConjunctionAlert.ts"

export const alertVersion = (
  alertId: string,
  sequence: number,
  fields: Partial<ConjunctionAlert> = {}
): ConjunctionAlert => ({
  schemaVersion: 1,
  alertId,
  sequence,
  objects: ["1", "2"],
  level: "attention",
  levelBy: "probability",
  final: false,
  emittedAt: 1_700_000_000_000 + sequence,
  observedUntil: 1_700_000_000_000.25,
  observations: 3,
  tca: 1_700_003_600_000.125,
  missDistanceMetres: 123.456,
  missDistanceSigmaMetres: 7.5,
  missRtnMetres: [100, -70, 17.25],
  relativeSpeedMetresPerSecond: 11_000.5,
  hardBodyRadiusMetres: 10,
  hardBodyShape: "circle",
  pc: 1.5e-5,
  pcMaximum: 2e-3,
  mahalanobisSquared: 9.5,
  validity: "valid",
  conditions: [],
  ...fields
})
