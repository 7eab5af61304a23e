/** Runs the program as a person does: a process of its own, from its entry. */
import { spawn } from "node:child_process"
import { resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly done: Promise<Outcome>
  readonly signal: (name: NodeJS.Signals) => void
  /** Ends when standard error holds `text`. */
  readonly says: (text: string) => Promise<void>
}

/** Starts `perigee` with these arguments in `cwd`. Unless `env` says otherwise, HTTP takes a free port. */
export const startPerigee = (
  args: ReadonlyArray<string>,
  cwd: string,
  env: Readonly<Record<string, string>> = {}
): Running => {
  const child = spawn(process.execPath, [resolve(root, "bin/perigee.js"), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", PERIGEE_HTTP_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  const waiting: Array<readonly [text: string, resume: () => void]> = []
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk
    for (const [text, resume] of waiting) if (stderr.includes(text)) resume()
  })
  const done = new Promise<Outcome>((resume) => {
    child.on("close", (code) => resume({ code, stdout, stderr }))
  })
  return {
    done,
    signal: (name) => child.kill(name),
    says: (text) =>
      stderr.includes(text) ? Promise.resolve() : Promise.race([
        new Promise<void>((resume) => waiting.push([text, resume])),
        done.then(({ code }) => {
          throw new Error(`perigee ended with ${code} before it said ${JSON.stringify(text)}: ${stderr}`)
        })
      ])
  }
}

export const perigee = (
  args: ReadonlyArray<string>,
  cwd: string,
  env: Readonly<Record<string, string>> = {}
): Promise<Outcome> => startPerigee(args, cwd, env).done
