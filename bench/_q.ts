import { loops } from "./nexmark/loops/index.ts"
import { pipelineWork } from "./nexmark/queries/pipeline.ts"
import { q0 } from "./nexmark/queries/q0.ts"
import { q1 } from "./nexmark/queries/q1.ts"
import { q2 } from "./nexmark/queries/q2.ts"
const which = process.argv[2]!
const n = Number(process.argv[3] ?? 1_000_000)
const run = { query: which as any, n, disorder: 2000, seed: 42 }
const ops: any = { q0: pipelineWork(q0), q1: pipelineWork(q1 as any), q2: pipelineWork(q2 as any) }
const cpu = async (f: any) => {
  const t = process.cpuUsage()
  const r = await f()
  const u = process.cpuUsage(t)
  return [(u.user + u.system) * 1000 / n, JSON.stringify(r)] as const
}
const mode = process.argv[4] ?? "both"
for (let i = 0; i < 12; i++) {
  const a = mode !== "ops" ? await cpu(() => (loops as any)[which](run)) : [0, ""]
  const b = mode !== "loops" ? await cpu(() => ops[which](run)) : [0, ""]
  if (i > 3) {
    console.log(
      which,
      "loop",
      a[0].toFixed(1),
      "ops",
      b[0].toFixed(1),
      "ratio",
      (b[0] / a[0]).toFixed(2),
      a[1] === b[1] ? "same" : a[1] + b[1]
    )
  }
}
