/**
 * Records of the topic `sampling-decisions`: what one partition of the topic `spans` decided in a turn, packed, so that a restart or another member follows it.
 *
 * A record: version (1), partition, the offset up to which was looked (double), the time (double); the policies' names; for each trace its id, threshold (two words), the
 * number of its policy, whether it is kept, its revision. Little endian.
 */
import type { ClosedTraces } from "./ClosedTraces.ts"
import type { Decisions } from "./Decisions.ts"

export const decisionsTopic = "sampling-decisions"

const version = 1
const headBytes = 1 + 4 + 8 + 8 + 4 + 2
const entryBytes = 16 + 8 + 2 + 1 + 2

export const encodeDecisions = ({ at, partition, traces, upTo }: ClosedTraces): Uint8Array => {
  const names = Array.from(new Set(traces.map(({ decision }) => decision.policy)))
  const texts = names.map((name) => Buffer.from(name))
  const bytes = Buffer.alloc(
    headBytes + texts.reduce((sum, { length }) => sum + 2 + length, 0) + traces.length * entryBytes
  )
  let to = bytes.writeUInt8(version, 0)
  to = bytes.writeUInt32LE(partition, to)
  to = bytes.writeDoubleLE(upTo, to)
  to = bytes.writeDoubleLE(at, to)
  to = bytes.writeUInt32LE(traces.length, to)
  to = bytes.writeUInt16LE(names.length, to)
  for (const text of texts) {
    to = bytes.writeUInt16LE(text.length, to)
    bytes.set(text, to)
    to += text.length
  }
  const numbers = new Map(names.map((name, i) => [name, i]))
  for (const { decision: { keep, policy, threshold }, revision, traceId } of traces) {
    to += bytes.write(traceId, to, "hex")
    to = bytes.writeUInt32LE(threshold.high, to)
    to = bytes.writeUInt32LE(threshold.low, to)
    to = bytes.writeUInt16LE(numbers.get(policy) ?? 0, to)
    to = bytes.writeUInt8(keep ? 1 : 0, to)
    to = bytes.writeUInt16LE(Math.min(revision, 0xffff), to)
  }
  return bytes
}

/** Takes a record's decisions into those of its partition. False: it cannot be read, or a newer version wrote it. */
export const readDecisions = (value: Uint8Array, decisionsOf: (partition: number) => Decisions): boolean => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  if (bytes.length < headBytes || bytes.readUInt8(0) !== version) return false
  const decisions = decisionsOf(bytes.readUInt32LE(1))
  const upTo = bytes.readDoubleLE(5)
  const decidedAt = bytes.readDoubleLE(13)
  const count = bytes.readUInt32LE(21)
  let at = headBytes
  const names: Array<string> = []
  for (let i = bytes.readUInt16LE(25); i > 0; i--) {
    const length = bytes.readUInt16LE(at)
    names.push(bytes.toString("utf8", at + 2, at + 2 + length))
    at += 2 + length
  }
  if (bytes.length < at + count * entryBytes) return false
  const words = new Uint32Array(4)
  for (let i = 0; i < count; i++) {
    for (let word = 0; word < 4; word++) words[word] = bytes.readUInt32BE(at + word * 4)
    decisions.set(words, 0, {
      threshold: { high: bytes.readUInt32LE(at + 16), low: bytes.readUInt32LE(at + 20) },
      policy: names[bytes.readUInt16LE(at + 24)] ?? "",
      keep: bytes.readUInt8(at + 26) === 1,
      revision: bytes.readUInt16LE(at + 27),
      decidedAt,
      upTo
    })
    at += entryBytes
  }
  return true
}
