/** A page in a window of its own, and everything that goes wrong in it: errors, refused styles and scripts, requests to other hosts. */
import { AxeBuilder } from "@axe-core/playwright"
import type { Page } from "playwright-core"
import type { Browser } from "../chromium.ts"

export interface Opened {
  readonly page: Page
  /** What went wrong so far. */
  readonly problems: Array<string>
  readonly requests: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

interface Look {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: "light" | "dark"
}

export const openPage = async (browser: Browser, url: string, path: string, look: Look = {}): Promise<Opened> => {
  const { colorScheme = "light", height = 800, width = 1280 } = look
  const context = await browser.open({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  const problems: Array<string> = []
  const requests: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`)
  })
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`))
  page.on("request", (request) => {
    requests.push(request.url())
    if (!request.url().startsWith(url)) problems.push(`asks another host: ${request.url()}`)
  })
  await page.goto(`${url}${path}`)
  return { page, problems, requests, close: () => context.close() }
}

/** Until an expression is true in the page: asked from outside, as the policy of the pages lets nothing be evaluated in them. */
export const untilTrue = async (page: Page, expression: string): Promise<void> => {
  for (let tries = 0; tries < 150; tries++) {
    if (await page.evaluate(expression) === true) return
    await page.waitForTimeout(100)
  }
  throw new Error(`never true: ${expression}`)
}

/** Light and dark, 1280 and 390 px: `sign` is to be seen, nothing lies beyond the edge, and the accessibility check has no serious finding. */
export const lookAt = async (browser: Browser, url: string, path: string, sign: string): Promise<void> => {
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"] as const) {
      const { close, page, problems } = await openPage(browser, url, path, { width, colorScheme })
      const where = `${path} ${width} ${colorScheme}`
      try {
        await page.getByText(sign).first().waitFor()
        const over = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
        if (over > 0) problems.push(`${over} px beyond the edge`)
        const { violations } = await new AxeBuilder({ page }).analyze()
        for (const { help, id, impact, nodes } of violations) {
          if (impact === "serious" || impact === "critical") {
            problems.push(`${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`)
          }
        }
        if (problems.length > 0) throw new Error(`${where}: ${problems.join("\n")}`)
      } finally {
        await close()
      }
    }
  }
}
