/**
 * How urgent a conjunction is.
 *
 * By probability: attention above 1e-7, action above 1e-4. Where the probability is `tle-only` or `diluted`, or there is none, by miss
 * distance: attention under 5 km, action under 1 km.
 *
 * A conjunction that the catalogue alone puts under the miss-distance limits is held to them for good, even when tracks make its
 * probability small and valid: a covariance from a few hours of radar is itself uncertain, and an operator who was woken wants to see the
 * miss distance leave the limit, not a number fall below another. So a level depends on the risk and on the conjunction, never on the
 * order in which risks came.
 */
import type { ConjunctionRisk } from "./ConjunctionRisk.ts"

type Level = "none" | "attention" | "action"

interface LevelRule {
  readonly level: Level
  readonly by: "probability" | "miss-distance"
}

const byProbability = (pc: number): Level => pc > 1e-4 ? "action" : pc > 1e-7 ? "attention" : "none"

/** m, under which a closest approach can reach a level by its distance. */
export const missDistanceLimit = 5000

const byMissDistance = (metres: number): Level =>
  metres < 1000 ? "action" : metres < missDistanceLimit ? "attention" : "none"

const order: Readonly<Record<Level, number>> = { none: 0, attention: 1, action: 2 }

/** Sigmas beyond which no probability reaches a limit: 1e-7 lies at 5.2 of a normal distribution, and 6.5 leave room for bent paths. */
const farSigmas = 6.5
/** m, at most the radii of both objects together. */
const largestBody = 500

/**
 * Whether no level can be reached by a closest approach at `missAtLeast` or more, m, with a position sigma of at most `sigma` in any direction.
 * `indicative`: a probability does not count (`tle-only`).
 */
export const isOutOfReach = (missAtLeast: number, sigma: number, indicative: boolean): boolean =>
  missAtLeast > missDistanceLimit && (indicative || missAtLeast - largestBody > farSigmas * sigma)

export const levelOf = (
  risk: Pick<ConjunctionRisk, "pc" | "missDistanceMetres" | "validity">,
  nominalMissDistance: number
): LevelRule => {
  const indicative = risk.pc === null || risk.validity === "tle-only" || risk.validity === "diluted"
  const probability = risk.pc === null || indicative ? "none" : byProbability(risk.pc)
  const miss = indicative || byMissDistance(nominalMissDistance) !== "none"
    ? byMissDistance(risk.missDistanceMetres)
    : "none"
  return order[miss] > order[probability]
    ? { level: miss, by: "miss-distance" }
    : { level: probability, by: "probability" }
}
