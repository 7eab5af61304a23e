/**
 * The trace pages in a real browser, over a real server with traces in it: by keyboard, light and dark, wide and narrow, without a serious finding of an
 * accessibility check, and without a request to any other host.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { Endpoint } from "../../src/layers/http/Endpoint.ts"
import { type Browser, startChromium, whyNoChromium } from "../support/chromium.ts"
import { lookAt, type Opened, openPage, untilTrue } from "../support/pages/openPage.ts"
import { bigSize, bigTrace, pagesServer } from "../support/pages/pagesServer.ts"
import { jaegerData } from "../support/traces/jaegerFixture.ts"

const checkout = "0102030405060708090a0b0c0d0e0f10"
const why = whyNoChromium ?? (jaegerData === undefined ? "skipped: ../shared/data/jaeger is not there" : undefined)
if (why !== undefined) console.warn(why)

describe.skipIf(why !== undefined)("the trace pages", () => {
  const scope = Scope.makeUnsafe()
  let browser: Browser
  let url = ""
  beforeAll(async () => {
    browser = await startChromium()
    const endpoint = await Effect.runPromise(
      Effect.provideService(
        Effect.provide(Endpoint, await Effect.runPromise(Layer.buildWithScope(pagesServer(), scope))),
        Scope.Scope,
        scope
      )
    )
    url = endpoint.url ?? ""
  })
  afterAll(async () => {
    await browser.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  const on = async (path: string, check: (opened: Opened) => Promise<void>, narrow = false) => {
    const opened = await openPage(browser, url, path, narrow ? { width: 390, height: 844 } : {})
    try {
      await check(opened)
      assert.deepStrictEqual(opened.problems, [], path)
    } finally {
      await opened.close()
    }
  }

  for (
    const [name, path, sign] of [
      ["search", "/traces", "GET /checkout"],
      ["a trace", `/traces/${checkout}?span=a000000000000004`, "SELECT cards"],
      ["a comparison", `/traces/${checkout}?with=${bigTrace}`, "Compared with"],
      ["services", "/services", "payment"],
      ["a trace of 10,000 spans", `/traces/${bigTrace}`, "10.0 k"]
    ] as const
  ) {
    it(`${name}: light and dark, 1280 and 390 px`, async () => {
      await lookAt(browser, url, path, sign)
    }, 180_000)
  }

  it("are walked by keyboard: to a page, to the search, through a list, into a trace and its spans", () =>
    on("/services", async ({ page }) => {
      await page.keyboard.press("g")
      await page.keyboard.press("t")
      await page.waitForURL("**/traces")
      await page.getByText("GET /checkout").waitFor()
      await page.keyboard.press("/")
      await page.keyboard.type("service:frontend error:true")
      await page.keyboard.press("Enter")
      await page.waitForURL("**/traces?q=service%3Afrontend%20error%3Atrue")
      await untilTrue(page, "document.querySelectorAll('main [data-row]').length === 1")
      await page.keyboard.press("j")
      await page.keyboard.press("Enter")
      await page.waitForURL(`**/traces/${checkout}`)
      await page.getByText("SELECT cards").waitFor()
      for (let times = 0; times < 4; times++) await page.keyboard.press("j")
      await page.keyboard.press("Enter")
      await page.waitForURL("**span=*")
      await page.getByRole("heading", { name: "SELECT cards" }).waitFor()
      await page.keyboard.press("?")
      await page.getByRole("heading", { name: "Keys" }).waitFor()
      await page.keyboard.press("Escape")
      await page.getByRole("heading", { name: "Keys" }).waitFor({ state: "hidden" })
    }))

  it("show ten thousand spans by the few in sight, to the last of them", () =>
    on(`/traces/${bigTrace}`, async ({ page }) => {
      await page.locator(".rows").waitFor()
      const seen = () => page.locator(".rows [role=listitem]").count()
      assert.isBelow(await seen(), 80)
      await page.evaluate("document.querySelector('.rows').scrollTo({ top: 1e9 })")
      const last = `translateY(${(bigSize - 1) * 26}px)`
      await untilTrue(page, `document.querySelector(".rows [role=listitem]:last-child").style.transform === "${last}"`)
      assert.isBelow(await seen(), 80)
    }))

  it("the address is the state: errors alone, raw clocks, a span, survive being sent to somebody", () =>
    on(`/traces/${checkout}?show=errors&raw=true`, async ({ page }) => {
      await page.locator(".rows").waitFor()
      assert.strictEqual(await page.locator(".rows [role=listitem]").count(), 3)
      assert.strictEqual(await page.getByRole("button", { name: "raw clocks" }).getAttribute("aria-pressed"), "true")
      await page.getByRole("button", { name: "all spans" }).click()
      await page.waitForURL((at) => !at.search.includes("show"))
      assert.isAbove(await page.locator(".rows [role=listitem]").count(), 3)
    }))

  it("say why a trace is not kept", () =>
    on("/traces/99999999999999999999999999999999", async ({ page, problems }) => {
      await page.getByText("Nothing was heard of it").waitFor()
      problems.splice(0)
    }))

  it("tell a lost connection, and mend it", () =>
    on("/traces", async ({ page, problems }) => {
      await page.getByText("as of").waitFor()
      await page.context().setOffline(true)
      await page.getByText("connection lost").waitFor({ timeout: 20_000 })
      await page.context().setOffline(false)
      await page.getByText("connection lost").waitFor({ state: "hidden", timeout: 20_000 })
      problems.splice(0)
    }))

  it("can be paused: then nothing is asked", () =>
    on("/traces", async ({ page, requests }) => {
      await page.getByText("GET /checkout").waitFor()
      await page.keyboard.press("p")
      await page.getByText("paused").waitFor()
      const before = requests.length
      await page.waitForTimeout(6000)
      assert.strictEqual(requests.length, before)
    }))
})
