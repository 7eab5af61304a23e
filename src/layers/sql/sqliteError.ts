/** What SQLite's result codes mean. */
import { Predicate } from "effect"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"

/** SQLite's primary result code of an error that `node:sqlite` threw, if it is one. */
export const resultCode = (cause: unknown): number | undefined =>
  Predicate.hasProperty(cause, "errcode") && typeof cause.errcode === "number" ? cause.errcode & 0xff : undefined

/** https://www.sqlite.org/rescode.html */
export const resultCodes = {
  permission: 3,
  busy: 5,
  locked: 6,
  readonly: 8,
  corrupt: 11,
  cannotOpen: 14,
  notADatabase: 26
} as const

/** The file is no database, or a broken one. */
export const isDamage = (cause: unknown): boolean => {
  const code = resultCode(cause)
  return code === resultCodes.corrupt || code === resultCodes.notADatabase
}

/** What to do about a damaged file. */
export const damagedAdvice = (file: string): string =>
  `move it away and perigee begins anew, or save what can be read: sqlite3 ${file} .recover | sqlite3 saved.sqlite`

/** The error of effect/sql for what `node:sqlite` threw. It reads the extended code from `errno`, where node:sqlite has `errcode`. */
export const sqlError = (thrown: unknown, operation: string): SqlError => {
  const message = Predicate.hasProperty(thrown, "message") ? String(thrown.message) : String(thrown)
  const errno = Predicate.hasProperty(thrown, "errcode") ? thrown.errcode : undefined
  const cause = Object.assign(new Error(message, { cause: thrown }), { errno })
  return new SqlError({ reason: classifySqliteError(cause, { message, operation }) })
}
