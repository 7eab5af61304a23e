/**
 * Starting and stopping the real servers that integration tests talk to.
 *
 * A server writes its output to a file, so that it outlives the worker that started it and a failed start can show its log.
 * It is stopped by a signal to its own process id.
 */
import { spawn } from "node:child_process"
import { closeSync, openSync, readFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** A TCP port on loopback that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port was assigned"))
      )
    })
  })

export interface ServerProcess {
  readonly pid: number
  readonly logFile: string
}

/** Starts a program in the background with its output in `logFile`. */
export const startProcess = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly logFile: string; readonly env?: NodeJS.ProcessEnv }
): ServerProcess => {
  const output = openSync(options.logFile, "a")
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", output, output]
  })
  closeSync(output)
  child.unref()
  if (child.pid === undefined) throw new Error(`${command} could not be started`)
  return { pid: child.pid, logFile: options.logFile }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Signals the process and waits until it is gone; SIGKILL after `patienceMillis`. */
export const stopProcess = async (
  pid: number,
  signal: NodeJS.Signals = "SIGTERM",
  patienceMillis = 10_000
): Promise<void> => {
  const signalIt = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended by itself.
    }
  }
  signalIt(signal)
  for (let waited = 0; isAlive(pid); waited += 20) {
    if (waited === patienceMillis) signalIt("SIGKILL")
    if (waited > patienceMillis + 5_000) throw new Error(`process ${pid} does not end`)
    await sleep(20)
  }
}

/** Whether something listens on the port. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })

/** Probes until `ready` says yes. Fails with the server's log if it ends first or is not ready in time. */
export const untilReady = async (
  server: ServerProcess,
  ready: () => Promise<boolean>,
  timeoutMillis = 60_000
): Promise<void> => {
  for (let waited = 0; !(await ready()); waited += 50) {
    if (!isAlive(server.pid)) throw new Error(`the server ended at start:\n${tail(server.logFile)}`)
    if (waited > timeoutMillis) throw new Error(`the server is not ready in time:\n${tail(server.logFile)}`)
    await sleep(50)
  }
}

const tail = (file: string): string => readFileSync(file, "utf8").split("\n").slice(-40).join("\n")
