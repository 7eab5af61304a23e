/**
 * A loop once more, with code of its own for the function that it calls.
 *
 * The engine keeps with a function's code what it learns of it. A loop that all stages share learns that it calls anybody, and then each call costs
 * 10 to 20 ns; a loop that always calls the same function has it written out in place, for 1 to 6. So an operator that calls a function of its
 * caller's for each event gives it a loop of its own, the same one whenever it is defined or run again.
 */

type Loop = (...args: never) => unknown
type Callee = (...args: never) => unknown

let copies = 0

/**
 * Gives, for a function, the loop that calls it: always the same for the same one. `loop` must name nothing but its parameters and what is global.
 * Where no code may be made of text (`--disallow-code-generation-from-strings`), it is given itself. State: a copy for each `callee` that is alive.
 */
export const withOwnCode = <L extends Loop>(loop: L): (callee: Callee) => L => {
  const known = new WeakMap<Callee, L>()
  return (callee) => {
    const copy = known.get(callee) ?? copyOf(loop)
    known.set(callee, copy)
    return copy
  }
}

const copyOf = <L extends Loop>(loop: L): L => {
  copies++
  try {
    // The number tells the texts apart: the engine gives the same code for the same text.
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- it is the text of a function of ours
    return new Function(`return ${loop.toString()} // ${copies}`)()
  } catch {
    return loop
  }
}
