/** Servers that refuse to run as root: as root they are started as another user, by the process that becomes the server, so that signals reach it. */
import { spawnSync } from "node:child_process"

const isRoot = process.getuid?.() === 0

/** Command and arguments that run `command` as `user` where this process is root, else as it is. */
export const asUser = (
  user: string,
  command: string,
  args: ReadonlyArray<string>
): readonly [string, ReadonlyArray<string>] =>
  isRoot
    ? ["setpriv", ["--reuid", user, "--regid", groupOf(user), "--clear-groups", "--inh-caps=-all", command, ...args]]
    : [command, args]

/** Gives a folder with all that is in it to `user`, where this process is root. */
export const giveTo = (user: string, directory: string): void => {
  if (isRoot) spawnSync("chown", ["-R", `${user}:${groupOf(user)}`, directory])
}

const groupOf = (user: string): string => spawnSync("id", ["-gn", user], { encoding: "utf8" }).stdout.trim()
