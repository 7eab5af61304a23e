/** Where this process answers HTTP. */
import { Context } from "effect"

export class Endpoint extends Context.Service<Endpoint, {
  /** `http://host:port`, or `undefined` where nothing could be bound. */
  readonly url: string | undefined
}>()("perigee/layers/http/Endpoint") {}
