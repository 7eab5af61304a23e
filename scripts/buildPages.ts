/**
 * Builds the pages into `dashboard/dist`: npm's `prepare`, so that a checkout has them after `npm install`. Where the tools for it are left out
 * (`npm install --omit=dev`) it says so and ends well: the process works without its pages, and says how to get them.
 */
import { existsSync } from "node:fs"
import { resolve } from "node:path"

const root = resolve(import.meta.dirname, "..")

if (["vite", "vite-plugin-solid", "solid-js"].every((name) => existsSync(resolve(root, "node_modules", name)))) {
  const { build } = await import("vite")
  await build({ configFile: resolve(root, "dashboard/vite.config.ts"), logLevel: "warn" })
} else {
  console.error(
    "pages: not built, as development dependencies are left out; npm install without --omit=dev builds them"
  )
}
