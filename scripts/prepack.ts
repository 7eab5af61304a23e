/** Emits `dist` for `npm pack`: plain JavaScript with types. Removed first, so that nothing of a deleted file is packed. */
import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"

rmSync("dist", { recursive: true, force: true })
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" })
