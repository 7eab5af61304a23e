import { assert, describe, it } from "@effect/vitest"
import { murmur2, partitionForKey } from "../../../src/layers/log/partitioner.ts"

const encoder = new TextEncoder()

describe("partitioner", () => {
  // Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
  it.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107]
  ])("murmur2 of %s is Kafka's published value", (key, hash) => {
    assert.strictEqual(murmur2(encoder.encode(key)), hash)
    assert.strictEqual(murmur2(encoder.encode(`xyz${key}xyz`), 3, key.length), hash)
    assert.strictEqual(partitionForKey(key, 1000), (hash & 0x7fffffff) % 1000)
  })

  it("a key longer than the scratch buffer hashes as its bytes", () => {
    const key = "é".repeat(2000)
    assert.strictEqual(partitionForKey(key, 97), (murmur2(encoder.encode(key)) & 0x7fffffff) % 97)
  })
})
