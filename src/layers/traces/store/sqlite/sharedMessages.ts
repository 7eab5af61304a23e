/** Resources and scopes of a block: each distinct one stands in it once. */
import { unknownService } from "../../../../domain/traces/StoredSpan.ts"
import { SpanView } from "./SpanView.ts"
import { attributesOfResource, hashAttributes } from "./TagHasher.ts"

/** A resource as a block's index needs it. */
export interface ResourceInfo {
  /** Counted from 0 in the block. */
  readonly index: number
  /** `undefined`: its spans may name theirs. */
  readonly service: string | undefined
  readonly hashes: ReadonlyArray<number>
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")

/** By the identity of the bytes, else by their content. `made` is told of each new one. State: that of one block. */
class Interned<A> {
  readonly #byIdentity = new Map<Uint8Array, A>()
  readonly #byContent = new Map<string, A>()
  readonly #make: (bytes: Uint8Array, index: number) => A

  constructor(make: (bytes: Uint8Array, index: number) => A) {
    this.#make = make
  }

  of(bytes: Uint8Array): A {
    const known = this.#byIdentity.get(bytes)
    if (known !== undefined) return known
    const content = textOf(bytes)
    let found = this.#byContent.get(content)
    if (found === undefined) {
      found = this.#make(bytes, this.#byContent.size)
      this.#byContent.set(content, found)
    }
    this.#byIdentity.set(bytes, found)
    return found
  }

  /** The bytes are somebody else's from now on. */
  forgetIdentities(): void {
    this.#byIdentity.clear()
  }

  clear(): void {
    this.#byIdentity.clear()
    this.#byContent.clear()
  }
}

/** What a resource says, worked out once for all blocks while it is met again. State: 4,096 resources. */
export class ResourceFacts {
  readonly #facts = new Map<string, Omit<ResourceInfo, "index">>()
  readonly #view = new SpanView()

  of(bytes: Uint8Array): Omit<ResourceInfo, "index"> {
    const content = textOf(bytes)
    const known = this.#facts.get(content)
    if (known !== undefined) return known
    if (this.#facts.size >= 4096) this.#facts.clear()
    const hashes: Array<number> = []
    this.#view.openResource(bytes)
    hashAttributes(this.#view, (hash) => hashes.push(hash), attributesOfResource)
    const name = attributesOfResource(bytes)["service.name"]
    const service = name === undefined ? undefined : typeof name === "string" && name !== "" ? name : unknownService
    const facts = { service, hashes }
    this.#facts.set(content, facts)
    return facts
  }
}

export class SharedMessages {
  readonly #resources: Interned<ResourceInfo>
  readonly #scopes: Interned<number>

  constructor(
    facts: ResourceFacts,
    made: (kind: "resource" | "scope", bytes: Uint8Array, info?: ResourceInfo) => void
  ) {
    this.#resources = new Interned((bytes, index) => {
      const info = { index, ...facts.of(bytes) }
      made("resource", bytes, info)
      return info
    })
    this.#scopes = new Interned((bytes, index) => {
      made("scope", bytes)
      return index
    })
  }

  resource(bytes: Uint8Array): ResourceInfo {
    return this.#resources.of(bytes)
  }

  scope(bytes: Uint8Array): number {
    return this.#scopes.of(bytes)
  }

  forgetIdentities(): void {
    this.#resources.forgetIdentities()
    this.#scopes.forgetIdentities()
  }

  clear(): void {
    this.#resources.clear()
    this.#scopes.clear()
  }
}
