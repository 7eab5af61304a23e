/** Runs in processes of their own, and what an observation cost in them. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { formatRatio, pairsResult } from "./pairs.ts"
import type { Usage } from "./usage.ts"

/** What a program of ours sends to whoever started it. */
export const answerFrom = async <A>(program: string, ...args: ReadonlyArray<string>): Promise<A> => {
  const [answer] = await once(fork(program, args), "message")
  return answer
}

/** Prints what an observation of b costs against one of a, by pairs: what each used, ms. */
export const tellCosts = (
  nameA: string,
  nameB: string,
  costsA: ReadonlyArray<Usage>,
  costsB: ReadonlyArray<Usage>
): void => {
  for (const [what, which] of [["its thread", "thread"], ["all threads", "all"]] as const) {
    const result = pairsResult(costsA.map((used) => used[which]), costsB.map((used) => used[which]))
    const micros = [result.medianA, result.medianB].map((millis) => (millis * 1000).toFixed(1))
    console.log(`${what}: ${formatRatio(nameA, nameB, result)}; an observation ${micros.join(" and ")} us`)
  }
}
