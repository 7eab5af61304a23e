/** Datagrams that the kernel dropped, from Linux's table of UDP sockets. */

/** Reads the text of `/proc/net/udp` (or `udp6`): the drops of all sockets bound to `port`; `undefined` when none is. */
export const udpDrops = (table: string, port: number): number | undefined => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  const drops = table.split("\n").slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix))
    .map((columns) => Number(columns.at(-1)))
    .filter(Number.isFinite)
  return drops.length === 0 ? undefined : drops.reduce((sum, value) => sum + value, 0)
}
