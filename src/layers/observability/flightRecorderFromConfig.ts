/** The flight recorder that the settings ask for. */
import { Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { layerFlightRecorder } from "./FlightRecorder.ts"

/** None with `PERIGEE_FLIGHT_RECORDER=off`. */
export const layerFlightRecorderFromConfig = Layer.unwrap(Effect.gen(function*() {
  if (!(yield* settings.flightRecorder)) return Layer.empty
  return layerFlightRecorder({
    slowMillis: yield* settings.flightRecorderSlow,
    maxEventsPerSecond: yield* settings.flightRecorderEvents,
    maxBytesPerSecond: yield* settings.flightRecorderBytes,
    maxStages: yield* settings.flightRecorderStages,
    maxAgeMillis: yield* settings.flightRecorderAge
  })
}))
