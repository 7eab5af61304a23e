/**
 * Why tests of a component are skipped, or `undefined`: locally a missing component is a reason that is shown; where `CI` is set it is an error, so that the
 * tests cannot be lost without anyone noticing.
 */
export const unlessRequired = (component: string, reason: string | undefined): string | undefined => {
  if (reason === undefined) return undefined
  if (process.env["CI"] !== undefined && process.env["CI"] !== "false") throw new Error(`${component}: ${reason}`)
  // The reporter gives a number of skipped tests and no reason.
  console.warn(`tests with ${component} are skipped: ${reason}`)
  return reason
}
