/** Debian's Chromium, where it is installed: pages opened as people see them. */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BrowserContext, BrowserContextOptions } from "playwright-core"
import { chromium } from "playwright-core"

const executablePath = "/usr/bin/chromium"

/** Why tests with Chromium cannot run here; `undefined` when they can. Under CI=true they run, and fail, all the same. */
export const whyNoChromium: string | undefined = process.env.CI === "true" || existsSync(executablePath)
  ? undefined
  : "skipped: chromium (Debian's package) is not installed"

export interface Browser {
  /** A window of its own, with a profile of its own. */
  readonly open: (options?: BrowserContextOptions) => Promise<BrowserContext>
  readonly close: () => Promise<void>
}

/** Headless; nothing but what is asked for goes over the network. */
export const startChromium = async (): Promise<Browser> => {
  const profile = mkdtempSync(join(tmpdir(), "perigee-chromium-"))
  const first = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync"
    ]
  })
  const browser = first.browser()
  if (browser === null) throw new Error("chromium has no browser")
  return {
    open: (options) => browser.newContext(options),
    close: async () => {
      await first.close()
      rmSync(profile, { recursive: true, force: true })
    }
  }
}
