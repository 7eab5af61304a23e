/** An experiment that is not begun. */
import { Schema } from "effect"

/**
 * - `Off`: `PERIGEE_CHAOS` is not on.
 * - `Unfit`: no such stage, or the target cannot have the fault.
 * - `NotSteady`: what is to hold meanwhile does not hold now.
 * - `Busy`: another one strikes the same target.
 */
export class ChaosRefused extends Schema.TaggedError<ChaosRefused>()("ChaosRefused", {
  reason: Schema.Literals(["Off", "Unfit", "NotSteady", "Busy"]),
  message: Schema.String
}) {}
