/**
 * An HTTP address out of a setting: what of it may be shown, and what of it is sent how.
 *
 * User and password in an address are its owner's way to say how to log in; a query may hold a key. Neither is for logs, dead letters, spans or
 * errors. What is not an address is taken for a secret as a whole.
 */
import { Option, Result, Schema } from "effect"

const decodeUrl = Schema.decodeUnknownResult(Schema.URLFromString)
const decodePart = Schema.decodeOption(Schema.StringFromUriComponent)

/** The http or https address that a text is; `undefined` for any other text. */
export const httpUrl = (text: string): URL | undefined => {
  const url = Result.getOrUndefined(decodeUrl(text))
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined
}

const redacted = "<redacted>"

/** For people: without credentials and without the query. */
export const shownAddress = (text: string): string => {
  const url = httpUrl(text)
  if (url === undefined) return redacted
  const credentials = url.username === "" && url.password === "" ? "" : `${redacted}@`
  return `${url.protocol}//${credentials}${url.host}${url.pathname}${url.search === "" ? "" : `?${redacted}`}`
}

/** Scheme, host and path: where something came from. */
export const placeOf = (text: string): string => {
  const url = httpUrl(text)
  return url === undefined ? redacted : `${url.protocol}//${url.host}${url.pathname}`
}

/** The same address with `path` behind its own; its credentials and its query stay. */
export const addressUnder = (text: string, path: string): string => {
  const url = httpUrl(text)
  if (url === undefined) return text
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`
  return url.href
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

const decoded = (part: string): string => Option.getOrElse(decodePart(part), () => part)

/** User and password, percent-decoded. */
export const credentialsOf = (url: URL): Credentials | undefined =>
  url.username === "" && url.password === ""
    ? undefined
    : { username: decoded(url.username), password: decoded(url.password) }

/** Shorter ones would be found in any text. */
const shortestSecret = 4

/** Takes the secrets of an address out of a message that somebody else made: a client's error, an answer that repeats the request. */
export const withoutSecrets = (address: string): (message: string) => string => {
  const url = httpUrl(address)
  const found = url === undefined
    ? [address]
    : [url.password, decoded(url.password), ...url.searchParams.values(), ...rawValues(url.search)]
  const secrets = [...new Set(found)].filter(({ length }) => length >= shortestSecret).toSorted((a, b) =>
    b.length - a.length
  )
  return (message) => secrets.reduce((text, secret) => text.replaceAll(secret, redacted), message)
}

/** As they are written in the address. */
const rawValues = (search: string): ReadonlyArray<string> =>
  search.slice(1).split("&").map((part) => part.slice(part.indexOf("=") + 1))
