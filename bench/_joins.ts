import { loops } from "/work/wt/joins/bench/nexmark/loops/index.ts"
import { pipelineWork } from "/work/wt/joins/bench/nexmark/queries/pipeline.ts"
import { q3, q4, q8 } from "/work/wt/joins/test/operators/nexmark/queries.ts"
const which = process.argv[2]
const n = Number(process.argv[3] ?? 1_000_000)
const rounds = Number(process.argv[5] ?? 3)
const run = { query: which, n, disorder: 2000, seed: 42 } as any
const ops = { q3: pipelineWork(q3), q4: pipelineWork(q4), q8: pipelineWork(q8) } as any
const cpu = async (f: any) => { const t = process.cpuUsage(); const r = await f(); const u = process.cpuUsage(t); return [(u.user + u.system) * 1000 / n, JSON.stringify(r)] as const }
const mode = process.argv[4] ?? "both"
for (let i = 0; i < rounds; i++) {
  const a = mode !== "ops" ? await cpu(() => (loops as any)[which](run)) : [0, ""] as const
  const b = mode !== "loops" ? await cpu(() => ops[which](run)) : [0, ""] as const
  console.log(which, "loop", a[0].toFixed(1), "ops", b[0].toFixed(1), "ratio", (b[0] / a[0]).toFixed(2), a[1] === b[1] ? "same" : a[1] + b[1])
}
