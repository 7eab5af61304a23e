import { afterAll, assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { checkImportDirection } from "../../scripts/importDirection.ts"

const made: Array<string> = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true })
})

/** A sound tree: one file of each place. Tests add to it or overwrite a file. */
const sound = {
  "main.ts": `import { run } from "./commands/run.ts"\nimport "./layers/log/logFromConfig.ts"\nrun()`,
  "commands/run.ts": `import "../operators/dedupe.ts"\nimport "../layers/log/KafkaLog.ts"\nexport const run = () => {}`,
  "domain/Envelope.ts": `import { Schema } from "effect"\nexport const Envelope = Schema.Struct({})`,
  "domain/index.ts": `export * from "./Envelope.ts"`,
  "operators/dedupe.ts": `import { Envelope } from "../domain/Envelope.ts"
    import { MessageLog } from "../layers/log/MessageLog.ts"
    export const dedupe = [Envelope, MessageLog]`,
  "operators/index.ts": `export * from "./dedupe.ts"`,
  "layers/log/MessageLog.ts": `import { Context } from "effect"
    import { createHash } from "node:crypto"
    export class MessageLog extends Context.Service<MessageLog, {}>()("MessageLog") {}`,
  "layers/log/KafkaLog.ts": `import { Kafka } from "kafkajs"
    import { MessageLog } from "./MessageLog.ts"
    import { positions } from "./kafka/positions.ts"
    export const layer = [Kafka, MessageLog, positions]`,
  "layers/log/kafka/positions.ts":
    `import { createConnection } from "node:net"\nexport const positions = createConnection`,
  "layers/log/logFromConfig.ts": `import { layer } from "./KafkaLog.ts"\nexport const logFromConfig = layer`,
  "layers/index.ts": `export * from "./log/KafkaLog.ts"\nexport * from "./log/MessageLog.ts"`,
  "testing/laws.ts": `import { dedupe } from "../operators/dedupe.ts"
    export const laws = dedupe`,
  "testing/index.ts": `export * from "./laws.ts"`
}

const check = (changes: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const folder = mkdtempSync(join(tmpdir(), "perigee-imports-"))
  made.push(folder)
  for (const [name, text] of Object.entries({ ...sound, ...changes })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return checkImportDirection(folder).map(({ file, line, imports, rule }) => `${file}:${line} ${imports}: ${rule}`)
}

describe("import direction", () => {
  it("finds nothing in a sound tree", () => {
    assert.deepStrictEqual(check({}), [])
  })

  const noMain = "nothing imports main.ts or a public entry"
  const kafkaAdapter = "(an adapter: it reaches kafkajs)"
  const broken: ReadonlyArray<readonly [what: string, file: string, text: string, reports: string]> = [
    [
      "domain that imports an operator",
      "domain/a.ts",
      `\nimport { dedupe } from "../operators/dedupe.ts"`,
      "domain/a.ts:2 operators/dedupe.ts: domain imports nothing of ours but domain"
    ],
    [
      "testing that imports an adapter",
      "testing/a.ts",
      `import { layer } from "../layers/log/KafkaLog.ts"`,
      `testing/a.ts:1 layers/log/KafkaLog.ts: testing imports domain, operators and services, never adapters ${kafkaAdapter}`
    ],
    [
      "a command that imports testing",
      "commands/a.ts",
      `import { laws } from "../testing/laws.ts"`,
      "commands/a.ts:1 testing/laws.ts: nothing but tests imports testing"
    ],
    [
      "domain that imports a service's type",
      "domain/a.ts",
      `import type { MessageLog } from "../layers/log/MessageLog.ts"`,
      "domain/a.ts:1 layers/log/MessageLog.ts: domain imports nothing of ours but domain"
    ],
    [
      "an operator that imports an adapter",
      "operators/a.ts",
      `import { layer } from "../layers/log/KafkaLog.ts"`,
      `operators/a.ts:1 layers/log/KafkaLog.ts: operators import domain and services, never adapters ${kafkaAdapter}`
    ],
    [
      "an operator that imports an adapter's type in a type position",
      "operators/a.ts",
      `export type L =\n  import("../layers/log/KafkaLog.ts").layer`,
      `operators/a.ts:2 layers/log/KafkaLog.ts: operators import domain and services, never adapters ${kafkaAdapter}`
    ],
    [
      "an operator that imports a chooser",
      "operators/a.ts",
      `export * from "../layers/log/logFromConfig.ts"`,
      "operators/a.ts:1 layers/log/logFromConfig.ts: operators import domain and services, never adapters"
    ],
    [
      "an operator that imports a command",
      "operators/a.ts",
      `await import("../commands/run.ts")`,
      "operators/a.ts:1 commands/run.ts: only main.ts imports commands"
    ],
    [
      "an adapter that imports an operator",
      "layers/log/EmbeddedLog.ts",
      `import "node:sqlite"\nimport type { dedupe } from "../../operators/dedupe.ts"`,
      "layers/log/EmbeddedLog.ts:2 operators/dedupe.ts: adapters import services and domain"
    ],
    [
      "an adapter that imports an adapter of another folder",
      "layers/stores/PostgresStore.ts",
      `import { layer } from "../log/KafkaLog.ts"`,
      "layers/stores/PostgresStore.ts:1 layers/log/KafkaLog.ts: an adapter reaches the adapters of another folder through " +
      `their service ${kafkaAdapter}`
    ],
    [
      "a service that imports an operator",
      "layers/stage/Hooks.ts",
      `import { dedupe } from "../../operators/dedupe.ts"`,
      "layers/stage/Hooks.ts:1 operators/dedupe.ts: services import domain and services"
    ],
    [
      "a chooser that imports an operator",
      "layers/log/logFromConfig.ts",
      `import { dedupe } from "../../operators/dedupe.ts"`,
      "layers/log/logFromConfig.ts:1 operators/dedupe.ts: a ...FromConfig.ts imports domain and layers"
    ],
    ["a command that imports main", "commands/a.ts", `import "../main.ts"`, `commands/a.ts:1 main.ts: ${noMain}`],
    [
      "a file that imports a public entry",
      "commands/a.ts",
      `import "../domain/index.ts"`,
      `commands/a.ts:1 domain/index.ts: ${noMain}`
    ],
    [
      "the operators' public entry that exports a layer",
      "operators/index.ts",
      `export * from "../layers/log/MessageLog.ts"`,
      "operators/index.ts:1 layers/log/MessageLog.ts: a public entry exports its own folder and domain"
    ],
    [
      "src that imports the package by name",
      "commands/a.ts",
      `import "perigee/domain"`,
      "commands/a.ts:1 perigee/domain: src imports its own files by relative path"
    ],
    [
      "src that imports a test",
      "commands/a.ts",
      `import "../../test/a.ts"`,
      "commands/a.ts:1 ../test/a.ts: src imports nothing outside src"
    ],
    [
      "a file outside the layout",
      "util/a.ts",
      `import "../domain/Envelope.ts"`,
      "util/a.ts:1 domain/Envelope.ts: a file lives in domain, operators, layers, commands or testing, or is main.ts"
    ],
    [
      "a file that is not there",
      "domain/a.ts",
      `import "./b.ts"`,
      "domain/a.ts:1 domain/b.ts: there is no such file"
    ],
    [
      "a computed path",
      "commands/a.ts",
      "const name = 'x'\nimport(`./${name}.ts`)",
      "commands/a.ts:2 import(...): the path of an import() is a plain string, so that it can be checked"
    ]
  ]
  it.each(broken)("reports %s", (_, file, text, report) => {
    assert.deepStrictEqual(check({ [file]: text }), [report])
  })

  it("takes a service that reaches a client through another file for an adapter, and reports the operators that use it", () => {
    assert.deepStrictEqual(
      check({
        "layers/log/MessageLog.ts": `import { fsync } from "./disk.ts"\nexport const MessageLog = fsync`,
        "layers/log/disk.ts": `export { fsync } from "node:fs"`
      }),
      [
        "operators/dedupe.ts:2 layers/log/MessageLog.ts: operators import domain and services, never adapters " +
        "(an adapter: it reaches node:fs by layers/log/disk.ts)"
      ]
    )
  })

  it("reports a cycle once, with its path", () => {
    assert.deepStrictEqual(
      check({
        "domain/a.ts": `import "./b.ts"`,
        "domain/b.ts": `export * from "./c.ts"`,
        "domain/c.ts": `import "./Envelope.ts"\nimport { type A } from "./a.ts"`
      }),
      ["domain/c.ts:2 domain/a.ts: import cycle: domain/a.ts -> domain/b.ts -> domain/c.ts -> domain/a.ts"]
    )
  })

  it("reports a circle that a type-only import closes", () => {
    assert.deepStrictEqual(
      check({ "domain/a.ts": `import "./b.ts"`, "domain/b.ts": `import type { A } from "./a.ts"` }),
      ["domain/b.ts:1 domain/a.ts: import cycle: domain/a.ts -> domain/b.ts -> domain/a.ts"]
    )
  })

  it("reads no imports in comments and strings", () => {
    assert.deepStrictEqual(
      check({
        "domain/a.ts": [
          `// import "../main.ts"`,
          `/** {@link import("../main.ts")} */`,
          "export const s = `import \"../main.ts\"`",
          `export const re = /import "..\\/main.ts"/`
        ].join("\n")
      }),
      []
    )
  })
})
