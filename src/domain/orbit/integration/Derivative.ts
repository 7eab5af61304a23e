/** The right-hand side of an equation of motion: fills six numbers of `out` from `offset` with d(position, velocity)/dt at `t` seconds. */
export type Derivative = (t: number, y: Float64Array, out: Float64Array, offset: number) => void
