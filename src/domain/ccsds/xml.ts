/**
 * Elements of an XML text, each with its line. Namespace prefixes are dropped: a CCSDS message has no two elements of one name that differ
 * by them. Comments, CDATA and entities are the parser's affair (`effect/encoding/Xml`).
 *
 * What stands before a fault is kept: an element counts from its end tag on.
 */
import { Cause, Effect, Exit, Option, Stream } from "effect"
import { Xml } from "effect/encoding"
import type { MessageProblem } from "./kvn.ts"

export interface XmlElement {
  /** Line where its start tag ends, from 1. */
  readonly line: number
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: ReadonlyArray<XmlElement>
  /** Its own text, trimmed. */
  readonly text: string
  /** False when the text ends before its end tag. */
  readonly closed: boolean
}

interface XmlReading {
  /** The root; `undefined` where the text has none. */
  readonly root: XmlElement | undefined
  readonly problem: MessageProblem | undefined
}

interface Open {
  readonly line: number
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Array<XmlElement>
  text: string
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1)

const elementOf = ({ text, ...open }: Open, closed: boolean): XmlElement => ({ ...open, text: text.trim(), closed })

/** Reads a whole text. */
export const readXml = (text: string): XmlReading => {
  const source = text.split(/(?<=\n)/)
  const open: Array<Open> = []
  let root: XmlElement | undefined
  let line = 0
  const close = (closed: boolean): void => {
    const ended = open.pop()
    if (ended === undefined) return
    const element = elementOf(ended, closed)
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.children.push(element)
  }
  // One line at a time: the parser's events do not say where they stand, but an array of them is what one line completed.
  const pull = Effect.suspend(() => {
    const next = source[line++]
    return next === undefined ? Cause.done() : Effect.succeed([next] as const)
  })
  const exit = Stream.fromPull(Effect.succeed(pull)).pipe(
    Stream.pipeThroughChannel(Xml.decodeString()),
    Stream.runForEachArray((events) =>
      Effect.sync(() => {
        for (const event of events) {
          if (event._tag === "StartElement") {
            open.push({ line, name: localName(event.name), attributes: event.attributes, children: [], text: "" })
          } else if (event._tag === "Text") {
            const element = open.at(-1)
            if (element !== undefined) element.text += event.text
          } else if (event._tag === "EndElement") close(true)
        }
      })
    ),
    Effect.runSyncExit
  )
  const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
  while (open.length > 0) close(false)
  return {
    root,
    problem: error === undefined
      ? undefined
      : { line: error.line ?? source.length, reason: `not well-formed XML: ${error.message}` }
  }
}

/** The element itself, or those below it, that have the name; what lies within one of them is not looked at. */
export const elementsNamed = (element: XmlElement, name: string): ReadonlyArray<XmlElement> =>
  element.name === name ? [element] : element.children.flatMap((child) => elementsNamed(child, name))

/** What is written: an element with a text, or with elements in it. */
export interface XmlNode {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly content: string | ReadonlyArray<XmlNode>
}

function* eventsOf({ attributes = {}, content, name }: XmlNode, indent: string): Generator<Xml.Event> {
  yield { _tag: "StartElement", name, attributes }
  if (typeof content === "string") yield { _tag: "Text", text: content }
  else {
    for (const child of content) {
      yield { _tag: "Text", text: `${indent}  ` }
      yield* eventsOf(child, `${indent}  `)
    }
    yield { _tag: "Text", text: indent }
  }
  yield { _tag: "EndElement", name }
}

/** The document of a root element, indented. Characters that XML does not have are to be kept out by the caller. */
export const writeXml = (root: XmlNode): string =>
  Stream.make<[Xml.Event]>({ _tag: "Declaration", version: "1.0", encoding: "UTF-8" }).pipe(
    Stream.concat(Stream.fromIterable(eventsOf(root, "\n"))),
    Stream.pipeThroughChannel(Xml.encodeString()),
    Stream.mkString,
    Effect.orDie,
    Effect.runSync
  ) + "\n"
