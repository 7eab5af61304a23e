/** The W3C trace id of an event by its id, lower case: a UUID without its dashes, or the 32 hex digits that it is. */
export const traceIdOf = (id: string): string =>
  id.length === 32 ? id : id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24)
