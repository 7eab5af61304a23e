/**
 * Makes src/domain/traces/otlp/proto from OpenTelemetry's .proto files: `npx node scripts/otlp/generate.ts <checkout of opentelemetry-proto>`.
 *
 * Needs a protoc: `protoc` of the path, or the command in PROTOC. One without an installation of its own:
 * `pip install grpcio-tools`, then `PROTOC="python3 -m grpc_tools.protoc"`. Last made from release v1.11.0.
 */
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

const checkout = process.argv[2]
if (checkout === undefined) {
  console.error("usage: node scripts/otlp/generate.ts <checkout of opentelemetry-proto>")
  process.exit(2)
}

const root = resolve(import.meta.dirname, "../..")
const out = join(root, "src/domain/traces/otlp/proto")
const from = join(checkout, "opentelemetry/proto")
const sources = {
  "common.proto": "common/v1/common.proto",
  "resource.proto": "resource/v1/resource.proto",
  "trace.proto": "trace/v1/trace.proto",
  "traceService.proto": "collector/trace/v1/trace_service.proto"
}
const [command = "protoc", ...before] = (process.env["PROTOC"] ?? "protoc").split(" ")
const folder = mkdtempSync(join(tmpdir(), "perigee-otlp-"))
const protoc = (...args: ReadonlyArray<string>) => execFileSync(command, [...before, ...args], { stdio: "inherit" })

try {
  // In one flat folder, as the generated files shall stand.
  for (const [name, path] of Object.entries(sources)) {
    const text = readFileSync(join(from, path), "utf8")
    writeFileSync(join(folder, name), text.replaceAll(/import "opentelemetry\/.*\/(\w+\.proto)"/g, "import \"$1\""))
  }
  copyFileSync(join(import.meta.dirname, "answers.proto"), join(folder, "answers.proto"))
  const names = [...Object.keys(sources), "answers.proto"]
  // A descriptor set leaves the comments out: the .proto files tell what the fields mean.
  const set = join(folder, "set.pb")
  protoc(`-I${folder}`, "--include_imports", `--descriptor_set_out=${set}`, ...names)
  rmSync(out, { recursive: true, force: true })
  execFileSync("mkdir", ["-p", out])
  protoc(
    `--descriptor_set_in=${set}`,
    `--plugin=protoc-gen-es=${join(root, "node_modules/.bin/protoc-gen-es")}`,
    `--es_out=${out}`,
    "--es_opt=target=ts,import_extension=ts,erasable_syntax=true",
    ...names
  )
} finally {
  rmSync(folder, { recursive: true })
}
execFileSync("npx", ["dprint", "fmt", "src/domain/traces/otlp/proto/*.ts"], { cwd: root, stdio: "inherit" })
