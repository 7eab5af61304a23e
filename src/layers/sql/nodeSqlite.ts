/**
 * `node:sqlite` without its warning. Node before 24.15 prints an ExperimentalWarning when the module is first loaded; on a stream
 * processor's standard error that says nothing to anybody, so that one warning, and no other, is dropped.
 */

type EmitWarning = typeof process.emitWarning

/** Runs `load` while warnings that begin with `prefix` are dropped; all others pass. */
export const withoutWarning = <A>(prefix: string, load: () => A): A => {
  const emitWarning: EmitWarning = process.emitWarning
  process.emitWarning = (warning: string | Error, ...rest: Array<never>): void => {
    const text = typeof warning === "string" ? warning : warning.message
    if (!text.startsWith(prefix)) Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

export const sqlite = withoutWarning("SQLite is an experimental feature", () => process.getBuiltinModule("node:sqlite"))
