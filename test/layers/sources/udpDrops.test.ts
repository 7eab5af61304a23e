import { expect, it } from "@effect/vitest"
import { udpDrops } from "../../../src/layers/sources/udpDrops.ts"

const table =
  `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
  347: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 12345 2 0000000000000000 42        
  348: 0100007F:0035 00000000:1F90 07 00000000:00000000 00:00000000 00000000  1000        0 12346 2 0000000000000000 7         
  349: 00000000:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 12347 2 0000000000000000 1         
`

it("sums the drops of the sockets bound to the port", () => {
  expect(udpDrops(table, 8080)).toBe(43)
  expect(udpDrops(table, 53)).toBe(7)
  expect(udpDrops(table, 9)).toBeUndefined()
  expect(udpDrops("", 9)).toBeUndefined()
})
