import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, type Scope } from "effect"
import { assess } from "../../src/commands/assess.ts"
import type { Cdm } from "../../src/domain/ccsds/cdm/cdm.ts"
import { formatCdm } from "../../src/domain/ccsds/cdm/writeCdm.ts"
import { toRtnCovariance } from "../../src/domain/orbit/algebra/covariance.ts"
import { parse } from "../../src/domain/time/UtcTime.ts"
import { runner } from "../support/command.ts"
import { caraConjunctions } from "../support/publishedConjunctions.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(assess)

/** A published conjunction as a message. */
const message = (id: string, change: (lines: string) => string = (lines) => lines): string => {
  const published = caraConjunctions().find((each) => each.id.startsWith(id))
  if (published === undefined) throw new Error(id)
  const [one, two] = published.objects.map(({ covariance, state }, i) => ({
    comments: [],
    designator: `1000${i}`,
    catalogName: "SATCAT",
    name: i === 0 ? "FIRST" : "SECOND",
    internationalDesignator: "UNKNOWN",
    ephemerisName: "NONE",
    covarianceMethod: "CALCULATED",
    maneuverable: "N/A",
    frame: "EME2000",
    lastObservation: undefined,
    state,
    covariance: toRtnCovariance(state, covariance)
  } as const))
  if (one === undefined || two === undefined) throw new Error(id)
  const cdm: Cdm = {
    comments: [`Hard body radius ${published.hardBodyRadius} m, circle`],
    creationDate: parse("2023-06-08T06:37:15Z") ?? 0,
    originator: "TEST",
    messageId: "message-1",
    tca: parse("2023-06-13T00:19:23.766Z") ?? 0,
    missDistance: 12_303,
    relativeSpeed: undefined,
    relativePosition: undefined,
    relativeVelocity: undefined,
    collisionProbability: published.pc2d ?? undefined,
    collisionProbabilityMethod: "FOSTER-1992",
    objects: [one, two]
  }
  return change(formatCdm(cdm))
}

const withFiles = <A, E>(
  files: Readonly<Record<string, string>>,
  use: (path: (name: string) => string) => Effect.Effect<A, E>
): Effect.Effect<A, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    const fs = yield* FileSystem.FileSystem
    for (const [name, text] of Object.entries(files)) yield* fs.writeFileString(`${directory}/${name}`, text)
    return yield* use((name) => `${directory}/${name}`)
  }).pipe(Effect.provide(NodeServices.layer))

const bent = "000020580_conj_000002017"

describe("perigee assess", () => {
  it.live("prints the promised JSON: both Pc's of a conjunction whose paths bend", () =>
    withFiles({ "m.cdm": message(bent) }, (path) =>
      Effect.gen(function*() {
        const { code, err, out } = yield* run(["--cdm", path("m.cdm"), "--json"])
        assert.deepStrictEqual([code, err, out.length], [0, [], 1])
        const answer = JSON.parse(out.join("\n"))
        assert.strictEqual(answer.validity, "nonlinear")
        assert.strictEqual(answer.pcMethod, "nc-2d")
        assert.strictEqual(answer.pc, answer.pcCurved)
        assert.closeTo(answer.pc / 4.6457e-5, 1, 0.03)
        assert.closeTo(answer.pcStraight / 1.8622e-5, 1, 1e-3)
        assert.closeTo(answer.statedPc / 1.8622e-5, 1, 1e-3)
        assert.closeTo(answer.missDistanceMetres, 12_303.33, 0.05)
        assert.closeTo(Math.hypot(...answer.missRtnMetres), answer.missDistanceMetres, 1e-6)
        assert.closeTo(answer.relativeSpeedMetresPerSecond, 2223.78, 0.01)
        assert.deepStrictEqual([answer.hardBodyRadiusMetres, answer.hardBodyShape], [10, "circle"])
        assert.isAtLeast(answer.pcMaximum, answer.pc)
        assert.closeTo(answer.mahalanobisSquared, 5.101, 0.001)
        assert.lengthOf(answer.conditions, 1)
        assert.match(answer.tca, /^2023-06-13T00:19:23\.76\d+Z$/)
      })))

  it.live("--hbr wins over the message, and a file over it too", () =>
    withFiles(
      { "m.cdm": message(bent), "sizes.json": `{"10001": {"radiusMetres": 15, "shape": "square"}}` },
      (path) =>
        Effect.gen(function*() {
          const ask = (...args: ReadonlyArray<string>) =>
            Effect.map(run(["--cdm", path("m.cdm"), "--json", ...args]), ({ out }) => JSON.parse(out.join("\n")))
          const plain = yield* ask()
          const doubled = yield* ask("--hbr", "20")
          // The area, and a density that is higher on the far side of the body.
          assert.closeTo(doubled.pc / plain.pc, 4, 0.3)
          const filed = yield* ask("--hard-bodies", path("sizes.json"))
          assert.deepStrictEqual([filed.hardBodyRadiusMetres, filed.hardBodyShape], [20, "square"])
          assert.strictEqual(filed.hardBodySource, "the file of hard bodies; default of 5 m for 10000")
          assert.closeTo(filed.pc / doubled.pc, 4 / Math.PI, 0.1)
        })
    ))

  it.live("prints words and units for people, the stated Pc beside ours", () =>
    withFiles(
      { "m.cdm": message(bent, (text) => text.replaceAll("FIRST", "EVIL\u001b[2J")) },
      (path) =>
        Effect.gen(function*() {
          const { out } = yield* run(["--cdm", path("m.cdm")])
          const text = out.join("\n")
          assert.match(text, /^miss distance +12,303\.3 m {2}\(stated 12,303\.0 m\)$/m)
          assert.match(text, /^probability of collision +4\.730e-5 {2}\(Nc in 2 dimensions, bent paths\)$/m)
          assert.match(text, /^ {2}straight motion +1\.862e-5$/m)
          assert.match(text, /^ {2}stated +1\.862e-5 {2}\(FOSTER-1992\)$/m)
          assert.match(text, /^hard body +circle of radius 10 m, a comment of the message$/m)
          assert.match(text, /^- the 2-D Pc of 1\.86e-5 does not hold on bent paths: 4\.73e-5 by nc-2d$/m)
          assert.notInclude(text, "\u001b")
        })
    ))

  it.live("a covariance that cannot be has no Pc, in JSON null", () =>
    withFiles(
      { "m.cdm": message(bent, (text) => text.replace(/^CT_T = \S+/m, "CT_T = 0")) },
      (path) =>
        Effect.gen(function*() {
          const { code, out } = yield* run(["--cdm", path("m.cdm"), "--json"])
          const answer = JSON.parse(out.join("\n"))
          assert.strictEqual(code, 0)
          assert.deepStrictEqual([answer.pc, answer.pcStraight, answer.pcMaximum, answer.pcMethod], [
            null,
            null,
            null,
            null
          ])
          assert.strictEqual(answer.validity, "invalid-covariance")
          assert.match(answer.conditions[0], /^no Pc: the position covariance of 10000 has a variance of zero$/)
          const text = (yield* run(["--cdm", path("m.cdm")])).out.join("\n")
          assert.match(text, /^probability of collision +none$/m)
        })
    ))

  it.live("bad input is exit code 2, each fault with file, line and reason", () =>
    withFiles({
      "bad.cdm": message(bent, (text) => text.replace(/^X = \S+/m, "X = north").replace(/^TCA = .*$/m, "TCA = soon")),
      "good.cdm": message(bent),
      "sizes.json": "[1]"
    }, (path) =>
      Effect.gen(function*() {
        const bad = yield* run(["--cdm", path("bad.cdm"), "--json"])
        assert.deepStrictEqual([bad.code, bad.out], [2, []])
        assert.match(bad.failure ?? "", /bad\.cdm:6: TCA.*\n.*bad\.cdm:\d+: X\b.*not a number/)
        const none = yield* run(["--cdm", path("none.cdm")])
        assert.strictEqual(none.code, 2)
        assert.match(none.failure ?? "", /none\.cdm/)
        const radius = yield* run(["--cdm", path("good.cdm"), "--hbr", "0"])
        assert.deepStrictEqual([radius.code, radius.failure], [2, "--hbr 0: expected metres above 0"])
        const sizes = yield* run(["--cdm", path("good.cdm"), "--hard-bodies", path("sizes.json")])
        assert.strictEqual(sizes.code, 2)
        assert.match(sizes.failure ?? "", /sizes\.json: not hard bodies by object id/)
      })))

  it.live("a unit that is cut off is read as if it were whole, and told; what contradicts it is refused", () => {
    const cut = message(
      bent,
      (text) => text.replace("MISS_DISTANCE = 12303 [m]", "MISS_DISTANCE = 12303   [").replace(/ \[km\]\n/, " [k\n")
    )
    return withFiles(
      { "cut.cdm": cut, "whole.cdm": message(bent), "other.cdm": cut.replace("12303   [", "12303   [km") },
      (path) =>
        Effect.gen(function*() {
          const { code, err, out } = yield* run(["--cdm", path("cut.cdm"), "--json"])
          assert.strictEqual(code, 0)
          const { warnings, ...read } = JSON.parse(out[0] ?? "")
          const { warnings: none, ...whole } = JSON.parse(
            (yield* run(["--cdm", path("whole.cdm"), "--json"])).out[0] ?? ""
          )
          assert.deepStrictEqual(read, whole)
          assert.deepStrictEqual(none, [])
          assert.deepStrictEqual(
            warnings.map(({ reason }: { readonly reason: string }) => reason).toSorted(),
            ["MISS_DISTANCE: its unit is cut off: read as m", "X: its unit is cut off: read as km"]
          )
          assert.lengthOf(err, 2)
          const other = yield* run(["--cdm", path("other.cdm")])
          assert.strictEqual(other.code, 2)
          assert.match(other.failure ?? "", /other\.cdm:\d+: MISS_DISTANCE: "12303 {3}\[km" is not a number/)
        })
    )
  })
})
