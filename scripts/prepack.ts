/**
 * Emits `dist` for `npm pack`: plain JavaScript with types. Removed first, so that nothing of a deleted file is packed. The pages are packed beside it;
 * npm has them built by `prepare`.
 */
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"

rmSync("dist", { recursive: true, force: true })
// The second sees what the first emitted. Standard output is npm's own, for the name of the packed file.
const failed = ["tsconfig.build.json", "tsconfig.build.bench.json"].find(
  (project) => spawnSync("tsc", ["-p", project], { stdio: ["ignore", 2, 2] }).status !== 0
)
process.exit(failed === undefined ? 0 : 1)
