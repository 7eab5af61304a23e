/** Published conjunctions with a Monte Carlo Pc: NASA CARA's 53, and, where the shared data is there, Alfano's 12 (AAS 09-233). */
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { fromRtnCovariance } from "../../src/domain/orbit/algebra/covariance.ts"
import type { AssessedObject } from "../../src/domain/orbit/encounter/assessConjunction.ts"
import type { State } from "../../src/domain/orbit/propagation/State.ts"
import { sharedData } from "./sharedData.ts"

export interface PublishedConjunction {
  readonly id: string
  readonly hardBodyRadius: number
  readonly objects: readonly [AssessedObject, AssessedObject]
  /** Null: there is none, as the objects do not move against each other. */
  readonly pc2d: number | null
  readonly monteCarlo: number
  /** Hall's, of the publisher; NaN where it is not published. */
  readonly nc2d: number
  readonly nc3d: number
  /** The Monte Carlo's span about the closest approach, s; `undefined`: by the encounter. */
  readonly span: number | undefined
}

const six = Schema.Array(Schema.Finite)
const Cara = Schema.fromJsonString(Schema.Struct({
  cases: Schema.Array(Schema.Struct({
    id: Schema.String,
    hbr: Schema.Finite,
    pc2d: Schema.Finite,
    nc2d: Schema.Finite,
    nc3d: Schema.Finite,
    monteCarlo: six,
    objects: Schema.Tuple([
      Schema.Struct({ state: six, rtn: six }),
      Schema.Struct({ state: six, rtn: six })
    ])
  }))
}))

const vector = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite])
const matrix = Schema.Array(six)
/** Alfano's cases as the shared data has them. */
export const Alfano = Schema.fromJsonString(Schema.Array(Schema.Struct({
  id: Schema.String,
  r1: vector,
  v1: vector,
  cov1_6x6: matrix,
  r2: vector,
  v2: vector,
  cov2_6x6: matrix,
  hbr: Schema.Finite,
  expected: Schema.Struct({ pc2d: Schema.NullOr(Schema.Finite), pc_monte_carlo_1e8: Schema.Finite }),
  independent_recompute_pc2d: Schema.NullOr(Schema.Finite)
})))

const read = (path: string): string => readFileSync(path, "utf8")

const fromTriangle = (lower: ReadonlyArray<number>): Float64Array => {
  const out = new Float64Array(36)
  for (let i = 0, k = 0; i < 6; i++) for (let j = 0; j <= i; j++, k++) out[6 * i + j] = out[6 * j + i] = lower[k] ?? NaN
  return out
}

const caraObject = (
  objectId: string,
  { rtn, state: s }: { state: ReadonlyArray<number>; rtn: ReadonlyArray<number> }
) => {
  const state: State = {
    position: [s[0] ?? NaN, s[1] ?? NaN, s[2] ?? NaN],
    velocity: [s[3] ?? NaN, s[4] ?? NaN, s[5] ?? NaN]
  }
  return { objectId, state, covariance: fromRtnCovariance(state, fromTriangle(rtn)), lastObservation: 0 }
}

const caraFile = resolve(import.meta.dirname, "../domain/orbit/encounter/data/caraConjunctions.json")

export const caraConjunctions = (): ReadonlyArray<PublishedConjunction> =>
  Schema.decodeSync(Cara)(read(caraFile)).cases.map(({ hbr, id, monteCarlo, nc2d, nc3d, objects, pc2d }) => ({
    id,
    hardBodyRadius: hbr,
    objects: [caraObject("1", objects[0]), caraObject("2", objects[1])],
    pc2d,
    monteCarlo: monteCarlo[0] ?? NaN,
    nc2d,
    nc3d,
    span: undefined
  }))

export const alfanoFile = sharedData("orbit/pc_alfano2009.json")

/** Final times of Alfano's runs, s, by case (his table, as nasa/CARA_Analysis_Tools gives it). */
const spans = [21_600, 21_600, 21_600, 21_600, 1419, 1419, 1419, 10_135, 10_800, 21_600, 1420, 1420]

/**
 * Monte Carlo of CARA's re-run of Alfano's cases (Alfano09_CARA_Supplementary_Data.xlsx): entries in the span alone. Alfano's own counts too who
 * is inside at its beginning, in cases 9 and 11.
 */
const entries = [
  0.21686537,
  0.0155469,
  0.10034086,
  0.07364054,
  0.04446611,
  0.00432422,
  0.00016011,
  0.03523735,
  0.27977477,
  0.36404591,
  0.00243642,
  0.00242273
]

export const alfanoConjunctions = (): ReadonlyArray<PublishedConjunction & { readonly entries: number }> =>
  alfanoFile === undefined ? [] : Schema.decodeSync(Alfano)(read(alfanoFile)).map((c, i) => ({
    id: c.id,
    hardBodyRadius: c.hbr,
    objects: [
      { objectId: "1", state: { position: c.r1, velocity: c.v1 }, covariance: c.cov1_6x6.flat(), lastObservation: 0 },
      { objectId: "2", state: { position: c.r2, velocity: c.v2 }, covariance: c.cov2_6x6.flat(), lastObservation: 0 }
    ],
    pc2d: c.expected.pc2d,
    monteCarlo: c.expected.pc_monte_carlo_1e8,
    nc2d: NaN,
    nc3d: NaN,
    span: spans[i],
    entries: entries[i] ?? NaN
  }))
