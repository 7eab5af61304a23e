/** A logger that remembers its lines, as they would be written. */
import { Layer, Logger, References } from "effect"

export const collectLogs = () => {
  const lines: Array<string> = []
  const logger = Logger.make((options) => void lines.push(Logger.formatLogFmt.log(options)))
  return { lines, layer: Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "All")) }
}
