/** How an observation met a track. */
export interface Innovation {
  readonly accepted: boolean
  /** The squared Mahalanobis distance of the innovation, `components` its degrees of freedom. */
  readonly nis: number
  readonly components: number
  /** Measured minus predicted, and the variance of that (prediction and noise together), component by component. */
  readonly residuals: ReadonlyArray<number>
  readonly variances: ReadonlyArray<number>
}
