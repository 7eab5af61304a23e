/** Reads protobuf by a table of fields into the shape that OTLP's JSON has: the test's own reader, made from the published .proto files. */

type Kind = "string" | "bytes" | "hex" | "uint" | "int" | "double" | "bool" | "fixed32" | "fixed64" | Message
interface Field {
  readonly name: string
  readonly kind: Kind
  readonly repeated?: boolean
}
export interface Message {
  readonly fields: () => Readonly<Record<number, Field>>
}

const decoder = new TextDecoder("utf-8", { fatal: true })

const wireTypes = { uint: 0, int: 0, bool: 0, fixed64: 1, double: 1, fixed32: 5 } as const

const readScalar = (kind: Exclude<Kind, Message>, bytes: Uint8Array, raw: bigint): unknown => {
  switch (kind) {
    case "string":
      return decoder.decode(bytes)
    case "hex":
      return Buffer.from(bytes).toString("hex")
    case "bytes":
      return Buffer.from(bytes).toString("base64")
    case "double":
      return Buffer.from(bytes).readDoubleLE(0)
    case "bool":
      return raw !== 0n
    case "int":
      return String(BigInt.asIntN(64, raw))
    case "fixed64":
      return String(raw)
    default:
      return Number(raw)
  }
}

/** Throws for a field that the table does not have, a wire type that is not the field's, and bytes that end too early. */
export const decode = (message: Message, bytes: Uint8Array): Record<string, unknown> => {
  const result: Record<string, unknown> = {}
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields = message.fields()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n;; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const field = fields[key >> 3]
    if (field === undefined) throw new Error(`no field ${key >> 3} in ${Object.values(fields).map((f) => f.name)}`)
    const wire = typeof field.kind === "object" ? 2 : (wireTypes as Record<string, number>)[field.kind] ?? 2
    if ((key & 7) !== wire) throw new Error(`${field.name}: wire type ${key & 7}, expected ${wire}`)
    let raw = 0n
    let content = new Uint8Array(0)
    if (wire === 0) raw = varint()
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : Number(varint())
      if (at + length > bytes.length) throw new Error(`${field.name}: ends too early`)
      if (wire === 1) raw = view.getBigUint64(at, true)
      if (wire === 5) raw = BigInt(view.getUint32(at, true))
      content = bytes.slice(at, at + length)
      at += length
    }
    const value = typeof field.kind === "object" ? decode(field.kind, content) : readScalar(field.kind, content, raw)
    if (field.repeated === true) {
      const list = result[field.name]
      if (Array.isArray(list)) list.push(value)
      else result[field.name] = [value]
    } else result[field.name] = value
  }
  return result
}
