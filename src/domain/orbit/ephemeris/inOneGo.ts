/** The result of work that pauses now and then, without the pauses. */
export const inOneGo = <A>(steps: Generator<void, A>): A => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
