/** Emits `dist` for `npm pack`: plain JavaScript with types. Removed first, so that nothing of a deleted file is packed. */
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"

rmSync("dist", { recursive: true, force: true })
// Standard output is npm's own, for the name of the packed file.
process.exit(spawnSync("tsc", ["-p", "tsconfig.build.json"], { stdio: ["ignore", 2, 2] }).status ?? 1)
