/** The flight recorder that the settings ask for. */
import { Effect, Layer } from "effect"
import { settings } from "../../config/settings.ts"
import { FlightRecorder } from "./FlightRecorder.ts"

/**
 * None with `PERIGEE_FLIGHT_RECORDER=off`. `live`: whether observations are received now; a file's may have been received months ago, which
 * makes none of them slow.
 */
export const layerFlightRecorderFromConfig = ({ live }: { readonly live: boolean }) =>
  Layer.unwrap(Effect.gen(function*() {
    if (!(yield* settings.flightRecorder)) return Layer.empty
    return FlightRecorder.layer({
      slowMillis: live ? yield* settings.flightRecorderSlow : Infinity,
      maxEventsPerSecond: yield* settings.flightRecorderEvents,
      maxBytesPerSecond: yield* settings.flightRecorderBytes,
      maxStages: yield* settings.flightRecorderStages,
      maxAgeMillis: yield* settings.flightRecorderAge
    })
  }))
