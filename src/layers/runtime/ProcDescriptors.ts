/** {@link Descriptors} as Linux tells of them in `/proc`. */
import { Layer } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { Descriptors } from "./Descriptors.ts"

/** What a file of `/proc` gives; `undefined` where there is none. */
const fromProc = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const layer = Layer.succeed(Descriptors, {
  open: () => fromProc(() => readdirSync("/proc/self/fd").length),
  most: () => {
    const limits = fromProc(() => readFileSync("/proc/self/limits", "latin1"))
    const limit = /^Max open files\s+(\d+)/m.exec(limits ?? "")?.[1]
    return limit === undefined ? undefined : Number(limit)
  }
})

/** Descriptors out of `/proc`. */
export const ProcDescriptors = { layer }
