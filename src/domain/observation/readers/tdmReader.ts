/** CCSDS tracking data messages of one observation each, of any kind of sensor. */
import { Result } from "effect"
import { readTdm } from "../../ccsds/tdm/tdm.ts"
import { tdmLineReason } from "../../ccsds/tdm/tdmRecords.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import {
  type Decoded,
  fail,
  type Received,
  type RecordReader,
  searchedBytes,
  textOf,
  unregisteredReason
} from "./RecordReader.ts"

const fromTdm = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const text = textOf(bytes)
  if (Result.isFailure(text)) return Result.fail(text.failure)
  if (!text.success.includes("\n")) return fail("Deserialization", tdmLineReason(text.success))
  const { errors, observations } = readTdm(text.success, registry, received.receivedAt)
  const [observation, second] = observations
  const reason = errors[0]?.reason ??
    (second === undefined ? "the message measures nothing" : "a record is one observation")
  return observation === undefined || second !== undefined || errors.length > 0
    ? fail(reason.includes(unregisteredReason) ? "ValidationFailed" : "Deserialization", reason)
    : Result.succeed({ ...observation.observation, observationId: received.observationId })
}

const latin1 = new TextDecoder("latin1")
const participants = /^[ \t]*PARTICIPANT_\d[ \t]*=[ \t]*(\S.*?)[ \t]*\r?$/gm

export const tdmReader: RecordReader = {
  format: "tdm",
  decode: fromTdm,
  // Of the participants one is the object.
  sensorId: (bytes, registry) =>
    Array.from(latin1.decode(bytes.subarray(0, searchedBytes)).matchAll(participants), ([, name]) => name)
      .find((name) => name !== undefined && registry.bySourceId.has(name))
}
