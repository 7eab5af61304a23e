/** How far long work is, on standard error: one line that is written over on a terminal, lines one after the other elsewhere. */
import { Console, Effect } from "effect"

interface Progress {
  readonly say: (text: string) => Effect.Effect<void>
  /** Ends the line, so that what is written next has one of its own. */
  readonly end: Effect.Effect<void>
}

export const makeProgress = (terminal: boolean = process.stderr.isTTY === true): Progress =>
  terminal
    ? {
      say: (text) => Effect.sync(() => void process.stderr.write(`\r\u001b[K${text}`)),
      end: Effect.sync(() => void process.stderr.write("\r\u001b[K"))
    }
    : { say: (text) => Console.error(text), end: Effect.void }
