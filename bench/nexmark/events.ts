/**
 * The events of the NEXMark yardstick: persons who register, auctions that they open and bids on those auctions.
 *
 * `event(n)` is a pure function of seed, disorder and n, in int32 arithmetic with wrap-around, so that any language repeats it to the bit.
 * Of 50 events one is a person, three are auctions and 46 are bids; 10 000 make a second of event time. An auction comes before its bids.
 */

/** Event time of event 0 without disorder, in milliseconds since 1970; a multiple of every window's length. */
export const T0 = 1_600_000_000_000

/** Events by second of event time. */
export const eventsPerSecond = 10_000

export const personKind = 0
export const auctionKind = 1
export const bidKind = 2

/** Someone who may sell and bid. Times are milliseconds since 1970. */
export interface Person {
  readonly kind: typeof personKind
  readonly ts: number
  readonly id: number
  readonly name: string
  readonly city: string
  readonly state: string
}

/** An item for sale from `ts` until `expires`, which is 1 to 20 s later. */
export interface Auction {
  readonly kind: typeof auctionKind
  readonly ts: number
  readonly id: number
  readonly item: string
  readonly seller: number
  readonly category: number
  readonly initialBid: number
  readonly expires: number
}

/** An offer of `price` for an auction's item. */
export interface Bid {
  readonly kind: typeof bidKind
  readonly ts: number
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
}

export type NexmarkEvent = Person | Auction | Bid

export const isBid = (event: NexmarkEvent): event is Bid => event.kind === bidKind
export const isAuction = (event: NexmarkEvent): event is Auction => event.kind === auctionKind
export const isPerson = (event: NexmarkEvent): event is Person => event.kind === personKind

const first = ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"] as const
const last = ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"] as const
const cities = [
  "Phoenix",
  "Palo Alto",
  "San Mateo",
  "Boise",
  "Portland",
  "Bend",
  "Redmond",
  "Seattle",
  "Kent",
  "Cheyenne"
] as const
const states = ["AZ", "CA", "ID", "OR", "WA", "WY"] as const
const items = ["lamp", "chair", "bicycle", "camera", "guitar", "clock", "carpet", "kettle"] as const
const channels = ["apple", "google", "facebook", "baidu"] as const
const names: ReadonlyArray<string> = first.flatMap((given) => last.map((family) => `${given} ${family}`))

/** Every text that an event can hold: whoever folds or hashes them can do so ahead. */
export const words: ReadonlyArray<string> = [...names, ...cities, ...states, ...items, ...channels]

/** The finalizer of MurmurHash3 (Austin Appleby): int32 to int32. */
const mix = (value: number): number => {
  const x = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const y = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return y ^ (y >>> 16)
}

const golden = 0x9e3779b9 | 0

/** The k-th random number of the event with base b. */
const random = (b: number, k: number): number => mix((b + Math.imul(k, golden)) | 0)

const pick = (r: number, m: number): number => (r >>> 1) % m

/** 100 to 2^20 + 99, about log-uniform. */
const price = (r: number): number => 100 + ((r >>> 4) & ((1 << (5 + (r & 15))) - 1))

const word = (list: ReadonlyArray<string>, index: number): string => list[index] ?? ""

/** One of the newest `most` of the things numbered 0 to `newest`. The usual case has a constant divisor, which costs no division. */
const recent1000 = (newest: number, r: number): number =>
  newest >= 999 ? newest - 999 + pick(r, 1000) : pick(r, newest + 1)
const recent5000 = (newest: number, r: number): number =>
  newest >= 4999 ? newest - 4999 + pick(r, 5000) : pick(r, newest + 1)

/** `a` where every bit of `mask` is set, `b` where none is: which one it is cannot be foretold, and a branch would cost more than both. */
const select = (mask: number, a: number, b: number): number => (a & mask) | (b & ~mask)

const hundreds = (index: number): number => 1000 + ((index / 100) | 0) * 100

const person = (ts: number, b: number, epoch: number): Person => ({
  kind: personKind,
  ts,
  id: 1000 + epoch,
  name: word(names, pick(random(b, 2), 11) * 9 + pick(random(b, 3), 9)),
  city: word(cities, pick(random(b, 4), 10)),
  state: word(states, pick(random(b, 5), 6))
})

const auction = (ts: number, b: number, epoch: number, off: number): Auction => ({
  kind: auctionKind,
  ts,
  id: 1000 + 3 * epoch + off - 1,
  item: word(items, pick(random(b, 7), 8)),
  seller: pick(random(b, 2), 4) === 0 ? 1000 + recent1000(epoch, random(b, 3)) : hundreds(epoch),
  category: 10 + pick(random(b, 4), 5),
  initialBid: price(random(b, 5)),
  expires: ts + 1000 + pick(random(b, 6), 19_000)
})

const bid = (ts: number, b: number, epoch: number): Bid => {
  const newest = 3 * epoch + 2
  const hotAuction = -(random(b, 2) & 1)
  const coldBidder = (pick(random(b, 4), 4) - 1) >> 31
  return {
    kind: bidKind,
    ts,
    auction: select(hotAuction, hundreds(newest), 1000 + recent5000(newest, random(b, 3))),
    bidder: select(coldBidder, 1000 + recent1000(epoch, random(b, 5)), hundreds(epoch) + 1),
    price: price(random(b, 6)),
    channel: word(channels, pick(random(b, 7), 4))
  }
}

/** What makes a sequence of events. */
export interface GeneratorOptions {
  /** Any int32. */
  readonly seed: number
  /** How far behind its place an event's time may be, in milliseconds: less than this. 0 gives events in order of time. */
  readonly disorder: number
}

/** Events by their place in order of arrival. */
export interface EventSource {
  /** The n-th event; n from 0 to 2^31 - 1. */
  readonly event: (n: number) => NexmarkEvent
}

export interface Generator extends EventSource {
  /** The events `start` to `start + count - 1`, in an array that was made that long at once: cheaper than one that grows. */
  readonly generate: (start: number, count: number) => Array<NexmarkEvent>
}

/** The events of a seed. It holds no state; an event costs tens of nanoseconds and one object. */
export const makeGenerator = ({ disorder, seed }: GeneratorOptions): Generator => {
  const base = mix(seed | 0)
  const event = (n: number): NexmarkEvent => {
    const b = mix((n + base) | 0)
    const epoch = (n / 50) | 0
    const off = n - epoch * 50
    const ts = T0 + ((n / 10) | 0) - (disorder > 0 ? pick(random(b, 1), disorder) : 0)
    return off > 3 ? bid(ts, b, epoch) : off === 0 ? person(ts, b, epoch) : auction(ts, b, epoch, off)
  }
  const generate = (start: number, count: number): Array<NexmarkEvent> => {
    const events: Array<NexmarkEvent> = []
    events.length = count
    for (let i = 0; i < count; i++) events[i] = event(start + i)
    return events
  }
  return { event, generate }
}
