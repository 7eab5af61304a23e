/** The ballistic coefficient that an element set's drag term stands for. */
import type { MeanElements } from "../../catalogue/MeanElements.ts"

/** B* to the ballistic coefficient, m²/kg: 2 / (rho0 R) of SGP4's density of 2.461e-5 kg/m² an Earth radius. */
const ballisticPerBstar = 12.741621
/** m²/kg: of a satellite whose elements say nothing of drag. */
const usual = 0.02
const least = 0.002
const most = 0.2

/** m²/kg. B* takes up what the fit of an element set leaves, so it is held to what satellites are. */
export const ballisticOf = ({ bstar }: Pick<MeanElements, "bstar">): number =>
  bstar > 0 ? Math.min(most, Math.max(least, bstar * ballisticPerBstar)) : usual
