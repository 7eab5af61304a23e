/**
 * The pages of operation in a real browser, over a process that runs as people run it, on the simulator with a radar that begins to send kilometres: by
 * keyboard, light and dark, wide and narrow, without a serious finding of an accessibility check.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Browser, startChromium, whyNoChromium } from "../support/chromium.ts"
import { lookAt, openPage, untilTrue } from "../support/pages/openPage.ts"
import { type Running, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

const SomeAlerts = Schema.Struct({ alerts: Schema.Array(Schema.Struct({ alertId: Schema.String })) })
const SomeLetters = Schema.Struct({ deadLetters: Schema.Array(Schema.Struct({ id: Schema.String })) })

if (whyNoChromium !== undefined) console.warn(whyNoChromium)

const until = async <A>(look: () => Promise<A | undefined>): Promise<A> => {
  for (let tries = 0; tries < 120; tries++) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    await new Promise((resume) => setTimeout(resume, 500))
  }
  throw new Error("it did not come in a minute")
}

describe.skipIf(whyNoChromium !== undefined)("the pages of operation", () => {
  let browser: Browser
  let running: Running
  let url = ""
  let alertId = ""
  let letterId = ""
  const directory = mkdtempSync(join(tmpdir(), "perigee-pages-"))
  const get = async <A>(path: string, schema: Schema.Codec<A, unknown>): Promise<A> =>
    Schema.decodeUnknownSync(schema)(await (await fetch(`${url}${path}`)).json())

  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    running = startPerigee(["run", "--data-dir", directory, "--faults", "wrong-units@5"], directory, {
      PERIGEE_HTTP_PORT: String(port)
    })
    browser = await startChromium()
    alertId = await until(async () => (await get("/v1/alerts", SomeAlerts)).alerts[0]?.alertId)
    letterId = await until(async () => (await get("/v1/letters", SomeLetters)).deadLetters[0]?.id)
  }, 150_000)
  afterAll(async () => {
    await browser.close()
    running.signal("SIGTERM")
    await running.done
    rmSync(directory, { recursive: true, force: true })
  }, 60_000)

  for (
    const [name, path, sign] of [
      ["overview", () => "/", "Objectives"],
      ["pipeline", () => "/pipeline", "watermark"],
      ["sources", () => "/sources", "radar-svalbard"],
      ["alerts", () => "/alerts", "98001"],
      ["an alert", () => `/alerts/${alertId}`, "Encounter plane"],
      ["lineage", () => `/lineage/${alertId}`, "Inputs"],
      ["letters", () => "/letters", "The newest"],
      ["a letter", () => `/letters/${letterId}`, "Payload"],
      ["diagnosis", () => "/diagnosis", "Diagnosis"]
    ] as const
  ) {
    it(`${name}: light and dark, 1280 and 390 px`, async () => {
      await lookAt(browser, url, path(), sign)
    }, 180_000)
  }

  it("lead from the verdict to the alert, its versions and what it rests on, by keyboard", async () => {
    const { close, page, problems } = await openPage(browser, url, "/")
    await page.getByText("Next encounters").waitFor()
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await page.getByText("98001 / 98002").waitFor()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "Encounter plane" }).waitFor()
    assert.isAbove(await page.locator(".plane ellipse").count(), 0)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.waitForURL("**/lineage/**")
    await page.getByRole("heading", { name: "Inputs" }).waitFor()
    assert.isAbove(await page.locator("main table [data-row]").count(), 0)
    assert.deepStrictEqual(problems, [])
    await close()
  }, 60_000)

  it("stay live: figures change, rows keep the focus", async () => {
    const { close, page, problems } = await openPage(browser, url, "/pipeline")
    await page.getByText("watermark").first().waitFor()
    const figures = () => page.locator(".beside table").innerText()
    const before = await figures()
    await untilTrue(page, `document.querySelector(".beside table").innerText !== ${JSON.stringify(before)}`)
    await page.locator("nav a").first().focus()
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.locator("main [data-row]").first().focus()
    await page.waitForTimeout(3000)
    assert.isTrue(await page.evaluate("document.activeElement.matches('main [data-row]')"))
    assert.deepStrictEqual(problems, [])
    await close()
  }, 60_000)
})
