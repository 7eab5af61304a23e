/** Builds the pages into `dashboard/dist`, each file also compressed, so that the server only hands them out. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { defineConfig, type Plugin } from "vite"
import solid from "vite-plugin-solid"

const out = resolve(import.meta.dirname, "dist")

/** Smaller files do not become smaller. */
const leastBytes = 512

const compressed = (): Plugin => ({
  name: "compressed",
  closeBundle: () => {
    for (const name of readdirSync(out, { recursive: true, encoding: "utf8" })) {
      if (!/\.(html|js|css|svg)$/.test(name)) continue
      const file = resolve(out, name)
      const bytes = readFileSync(file)
      if (bytes.length < leastBytes) continue
      writeFileSync(`${file}.br`, brotliCompressSync(bytes))
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    }
  }
})

export default defineConfig({
  root: import.meta.dirname,
  plugins: [solid(), compressed()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    // The policy of the pages allows no `data:`, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false
  },
  // `npx vite dashboard` beside a running instance.
  server: { proxy: { "/v1": "http://127.0.0.1:8090", "/health": "http://127.0.0.1:8090" } }
})
