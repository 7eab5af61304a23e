/** The messages of `opentelemetry/proto/trace/v1` and what they use, as far as traces go. */
import type { Message } from "./protobuf.ts"

const anyValue: Message = {
  fields: () => ({
    1: { name: "stringValue", kind: "string" },
    2: { name: "boolValue", kind: "bool" },
    3: { name: "intValue", kind: "int" },
    4: { name: "doubleValue", kind: "double" },
    5: { name: "arrayValue", kind: { fields: () => ({ 1: { name: "values", kind: anyValue, repeated: true } }) } },
    7: { name: "bytesValue", kind: "bytes" }
  })
}

const keyValue: Message = {
  fields: () => ({ 1: { name: "key", kind: "string" }, 2: { name: "value", kind: anyValue } })
}

const attributes = { name: "attributes", kind: keyValue, repeated: true }

const event: Message = {
  fields: () => ({
    1: { name: "timeUnixNano", kind: "fixed64" },
    2: { name: "name", kind: "string" },
    3: attributes,
    4: { name: "droppedAttributesCount", kind: "uint" }
  })
}

const link: Message = {
  fields: () => ({
    1: { name: "traceId", kind: "hex" },
    2: { name: "spanId", kind: "hex" },
    3: { name: "traceState", kind: "string" },
    4: attributes,
    5: { name: "droppedAttributesCount", kind: "uint" },
    6: { name: "flags", kind: "fixed32" }
  })
}

const status: Message = {
  fields: () => ({ 2: { name: "message", kind: "string" }, 3: { name: "code", kind: "uint" } })
}

const span: Message = {
  fields: () => ({
    1: { name: "traceId", kind: "hex" },
    2: { name: "spanId", kind: "hex" },
    3: { name: "traceState", kind: "string" },
    4: { name: "parentSpanId", kind: "hex" },
    5: { name: "name", kind: "string" },
    6: { name: "kind", kind: "uint" },
    7: { name: "startTimeUnixNano", kind: "fixed64" },
    8: { name: "endTimeUnixNano", kind: "fixed64" },
    9: attributes,
    10: { name: "droppedAttributesCount", kind: "uint" },
    11: { name: "events", kind: event, repeated: true },
    12: { name: "droppedEventsCount", kind: "uint" },
    13: { name: "links", kind: link, repeated: true },
    14: { name: "droppedLinksCount", kind: "uint" },
    15: { name: "status", kind: status },
    16: { name: "flags", kind: "fixed32" }
  })
}

const scope: Message = {
  fields: () => ({
    1: { name: "name", kind: "string" },
    2: { name: "version", kind: "string" },
    3: attributes,
    4: { name: "droppedAttributesCount", kind: "uint" }
  })
}

const scopeSpans: Message = {
  fields: () => ({
    1: { name: "scope", kind: scope },
    2: { name: "spans", kind: span, repeated: true },
    3: { name: "schemaUrl", kind: "string" }
  })
}

export const resource: Message = {
  fields: () => ({ 1: attributes, 2: { name: "droppedAttributesCount", kind: "uint" } })
}

const resourceSpans: Message = {
  fields: () => ({
    1: { name: "resource", kind: resource },
    2: { name: "scopeSpans", kind: scopeSpans, repeated: true },
    3: { name: "schemaUrl", kind: "string" }
  })
}

export const exportTraceServiceRequest: Message = {
  fields: () => ({ 1: { name: "resourceSpans", kind: resourceSpans, repeated: true } })
}
