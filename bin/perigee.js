#!/usr/bin/env node
// Plain JavaScript that any Node can parse: it must be able to say that Node is too old.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 24 || (major === 24 && minor < 12)) {
  console.error(
    `perigee: needs Node 24.12 or newer, this is ${process.versions.node}. ` +
      "`npm install` brings one along (package `node`): start with `npm start` or `npx perigee`, " +
      "or, where install scripts are switched off, run `npm rebuild node` first."
  )
  process.exit(2)
}
// Keeps compiled code and stripped types between starts (in the system's temporary folder): half of the start-up time.
const { enableCompileCache } = await import("node:module")
enableCompileCache()
const { existsSync } = await import("node:fs")
// A checkout runs its TypeScript as it is; Node strips no types under node_modules, so a package runs what prepack emitted.
const source = new URL("../src/main.ts", import.meta.url)
await import(existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href)
