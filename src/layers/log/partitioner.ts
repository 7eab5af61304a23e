/**
 * Which partition a key belongs to: the same as Apache Kafka's default partitioner, so that the engines agree.
 *
 * Algorithm: MurmurHash2, 32 bit, by Austin Appleby (public domain), with Kafka's seed 0x9747b28c (org.apache.kafka.common.utils.Utils).
 */

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/** The hash of `length` bytes from `start` on, as a signed 32-bit integer. */
export const murmur2 = (bytes: Uint8Array, start = 0, length = bytes.length - start): number => {
  const byte = (index: number): number => bytes[start + index] ?? 0
  let hash = seed ^ length
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    let k = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24)
    k = Math.imul(k, multiplier)
    k ^= k >>> 24
    k = Math.imul(k, multiplier)
    hash = Math.imul(hash, multiplier) ^ k
  }
  const rest = length - whole
  if (rest > 0) {
    if (rest > 2) hash ^= byte(whole + 2) << 16
    if (rest > 1) hash ^= byte(whole + 1) << 8
    hash = Math.imul(hash ^ byte(whole), multiplier)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return hash ^ (hash >>> 15)
}

const encoder = new TextEncoder()
const scratch = new Uint8Array(1024)

/** The partition of `key` among `partitions`: murmur2 of its UTF-8 bytes, made positive, modulo. */
export const partitionForKey = (key: string, partitions: number): number => {
  if (partitions === 1) return 0
  // A UTF-16 unit is at most three bytes of UTF-8.
  const hash = key.length * 3 <= scratch.length
    ? murmur2(scratch, 0, encoder.encodeInto(key, scratch).written)
    : murmur2(encoder.encode(key))
  return (hash & 0x7fffffff) % partitions
}
