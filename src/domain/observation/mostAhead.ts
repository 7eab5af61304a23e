/** How far ahead of when it was received a record's own times may be, ms: clocks differ by so much, and no more is believed. */
export const mostAheadMillis = 5000
