/** How far a file has been read, and by what it is known again: its first bytes, so that a file which grew is the same and another one is not. */
import { Option, Schema } from "effect"
import { createHash } from "node:crypto"

const FilePosition = Schema.Struct({ headBytes: Schema.Int, headHash: Schema.String, records: Schema.Int })

export type FilePosition = typeof FilePosition.Type

const mostHeadBytes = 4096

const FilePositionJson = Schema.fromJsonString(FilePosition)
const read = Schema.decodeUnknownOption(FilePositionJson)

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64url")

/** Of the file's first chunk. */
export const headOf = (chunk: Uint8Array): Omit<FilePosition, "records"> => {
  const head = chunk.subarray(0, mostHeadBytes)
  return { headBytes: head.length, headHash: hashOf(head) }
}

export const isSameFile = ({ headBytes, headHash }: FilePosition, chunk: Uint8Array): boolean =>
  chunk.length >= headBytes && hashOf(chunk.subarray(0, headBytes)) === headHash

export const filePosition = Schema.encodeSync(FilePositionJson)

export const readFilePosition = (text: string): FilePosition | undefined => Option.getOrUndefined(read(text))
