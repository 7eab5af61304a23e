/** Faults of a host, each seen from inside of its command, and gone outside of it. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const script = join(import.meta.dirname, "../../../scripts/chaos/host.sh")

const host = (fault: ReadonlyArray<string>, ...command: ReadonlyArray<string>) =>
  spawnSync(script, [...fault, "--", ...command], { encoding: "utf8", timeout: 60_000 })

const missing = ["iptables", "tc", "faketime"].filter((tool) => spawnSync("which", [tool]).status !== 0)
const mayUnshare = spawnSync("unshare", ["-Urnm", "true"]).status === 0
const whyNot = process.env.CI === "true" || (missing.length === 0 && mayUnshare)
  ? undefined
  : `skipped: ${mayUnshare ? `${missing.join(", ")} not installed` : "no user namespaces here"}`

/** Sends 400 datagrams over loopback and prints how many arrive. */
const datagrams = `
const dgram = require("node:dgram")
const to = dgram.createSocket("udp4"), from = dgram.createSocket("udp4")
let arrived = 0
to.on("message", () => arrived++)
to.bind(0, "127.0.0.1", async () => {
  await new Promise((r) => setTimeout(r, 400))
  for (let n = 0; n < 400; n++) {
    from.send("x", to.address().port, "127.0.0.1")
    if (n % 20 === 0) await new Promise((r) => setTimeout(r, 2))
  }
  setTimeout(() => (console.log(arrived), process.exit(0)), 300)
})`

const arrived = (...fault: ReadonlyArray<string>) =>
  Number(host(fault, process.execPath, "-e", datagrams).stdout.trim())

describe.skipIf(whyNot !== undefined)(`scripts/chaos/host.sh ${whyNot ?? ""}`, () => {
  it("a full disk: what is over its size is refused, and nothing of it is left", () => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-host-"))
    try {
      const { stderr } = host(["full-disk=4m@" + folder], "dd", "if=/dev/zero", `of=${folder}/x`, "bs=1M", "count=8")
      assert.include(stderr, "No space left on device")
      assert.deepStrictEqual(readdirSync(folder), [])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it("packets are lost, or none passes, for as long as was asked", () => {
    const half = arrived("loss=0.5")
    // Six standard deviations of a binomial of 400.
    assert.isAbove(half, 140)
    assert.isBelow(half, 260)
    assert.strictEqual(arrived("partition"), 0)
    assert.strictEqual(arrived("partition", "--for", "0.1"), 400, "it is over before the first is sent")
  })

  it("another time for this command alone", () => {
    const { stdout } = host(["clock=+1h"], "date", "+%s")
    const ahead = Number(stdout.trim()) - Number(spawnSync("date", ["+%s"], { encoding: "utf8" }).stdout.trim())
    assert.isAbove(ahead, 3500)
    assert.isBelow(ahead, 3700)
  })

  it("no name is found", () => {
    assert.notStrictEqual(host(["no-names"], "getent", "hosts", "example.org").status, 0)
  })

  it("what cannot be meant is told with the usage", () => {
    const { status, stderr } = host(["nonsense"], "true")
    assert.strictEqual(status, 2)
    assert.include(stderr, "FAULT")
  })
})
