/**
 * A catalogue as large as wanted, from the real ones and perturbed copies of them.
 *
 * The active catalogue, the Starlink elements that it has not, then copies, round after round, of those of its objects that are in no constellation of
 * thousands (Starlink, OneWeb: debris is not spread like them): another node, perigee and mean anomaly, mean motion within 1.5 %, inclination
 * within 1 degree, eccentricity off by up to 0.005. Seeded; ids from 200000 on.
 */
import { Result } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { catalogueOf, decodeCatalogue } from "../../src/domain/orbit/catalogue/Catalogue.ts"
import type { MeanElements } from "../../src/domain/orbit/catalogue/MeanElements.ts"
import { makePropagator } from "../../src/domain/orbit/propagation/Propagator.ts"
import { stream } from "../../src/domain/simulation/random.ts"

const shared = "../shared/data/catalogue"
export const activeFile = `${shared}/celestrak_active_2025-04-24.3le`
const starlinkFile = `${shared}/celestrak_starlink_omm_2025-05-24.json`

const read = (file: string): ReadonlyArray<MeanElements> =>
  existsSync(file) ? [...Result.getOrThrow(decodeCatalogue(readFileSync(file, "utf8"), file)).values()] : []

const propagates = (elements: MeanElements): boolean => Result.isSuccess(makePropagator(elements))

/** So many element sets that SGP4 can start from. */
export const wideCatalogue = (count: number, seed = 1): ReadonlyArray<MeanElements> => {
  const active = read(activeFile).filter(propagates)
  if (active.length === 0) throw new Error(`${activeFile}: not there`)
  const known = new Set(active.map(({ objectId }) => objectId))
  const all = [...active, ...read(starlinkFile).filter(({ objectId }) => !known.has(objectId)).filter(propagates)]
  const scattered = active.filter(({ name }) => !/^(STARLINK|ONEWEB)/.test(name))
  const random = stream(seed, "wideCatalogue")
  const turn = 2 * Math.PI
  for (let n = 0; all.length < count; n++) {
    const original = scattered[n % scattered.length]
    if (original === undefined) break
    const copy: MeanElements = {
      ...original,
      objectId: String(200_000 + n),
      name: `${original.name} COPY`,
      meanMotion: original.meanMotion * (1 + random.between(-0.015, 0.015)),
      eccentricity: Math.min(0.95, Math.abs(original.eccentricity + random.between(-0.005, 0.005))),
      inclination: Math.min(Math.PI, Math.abs(original.inclination + random.between(-1, 1) * turn / 360)),
      rightAscension: random.between(0, turn),
      argumentOfPerigee: random.between(0, turn),
      meanAnomaly: random.between(0, turn)
    }
    if (propagates(copy)) all.push(copy)
  }
  return [...catalogueOf(all.slice(0, count)).values()]
}
