/** What a pane or session holds of one key: the accumulator and, in the same object, who contributed to it. */
import { Contributors } from "../../domain/stream/Contributors.ts"

export class Entry<Acc> extends Contributors {
  acc: Acc

  constructor(acc: Acc) {
    super()
    this.acc = acc
  }
}
