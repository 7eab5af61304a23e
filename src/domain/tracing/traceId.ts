/** The W3C trace id of an event by its id, in the same case. */
export const traceIdOf = (id: string): string => id.replaceAll("-", "")
