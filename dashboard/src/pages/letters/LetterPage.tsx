/** One dead letter: why it was given up, and what it was. */
import { A, useParams } from "@solidjs/router"
import { Show } from "solid-js"
import { createAnswer } from "../../data/answer.ts"
import { Answered } from "../../parts/Answered.tsx"
import { CommandLine, Empty, Id, Named, Time } from "../../parts/basics.tsx"
import { bytes } from "../../parts/format.ts"
import { PageHead } from "../../parts/PageHead.tsx"

const mostShown = 4096

/** Sixteen bytes a line: offset, hexadecimal, and the characters of ASCII among them. */
const hexDump = (base64: string): string => {
  const raw = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const lines: Array<string> = []
  for (let from = 0; from < Math.min(raw.length, mostShown); from += 16) {
    const row = Array.from(raw.subarray(from, from + 16))
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
    const ascii = row.map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("")
    lines.push(`${from.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${ascii}`)
  }
  return lines.join("\n")
}

const sizeOf = (base64: string): number =>
  Math.floor(base64.length * 3 / 4) - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0)

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

const LetterPage = () => {
  const params = useParams()
  const id = () => decodeURIComponent(params["id"] ?? "")
  const letter = createAnswer(() => ({ path: "/v1/letters/:id" as const, params: { id: id() } }))
  return (
    <>
      <PageHead
        page="letters"
        title={
          <>
            Dead letter <Id id={id()} />
          </>
        }
      />
      <Answered
        answer={letter}
        missing={<Empty command={`perigee dlq show ${id()}`}>It is not among the newest. All are looked at by</Empty>}
      >
        {(answer) => (
          <>
            <section class="verdict degraded" aria-label="Why">
              <p class="verdict-word">{answer().errorKind}</p>
              <p>{answer().message}</p>
            </section>
            <dl class="pairs">
              <div>
                <dt>time</dt>
                <dd>
                  <Time at={answer().time} />
                </dd>
              </div>
              <div>
                <dt>sensor</dt>
                <dd>
                  <Show when={answer().sensorId} fallback="the record does not tell">
                    {(sensor) => <A data-row href={`/letters?sensor=${encodeURIComponent(sensor())}`}>{sensor()}</A>}
                  </Show>
                </dd>
              </div>
              <div>
                <dt>stage</dt>
                <dd>
                  <Named name={answer().operator} />
                </dd>
              </div>
              <div>
                <dt>trace</dt>
                <dd>
                  <Id id={answer().trace.traceId} href={`/traces/${answer().trace.traceId}`} />
                </dd>
              </div>
              <div>
                <dt>came by</dt>
                <dd>{answer().source}, {answer().locator}</dd>
              </div>
              <div>
                <dt>format</dt>
                <dd>{answer().format}</dd>
              </div>
              <div>
                <dt>given up</dt>
                <dd>{answer().count} times, after {answer().retryCount} retries</dd>
              </div>
            </dl>
            <h2>Payload, {bytes(sizeOf(answer().payload))}</h2>
            <Show when={answer().text}>
              {(text) => <pre class="payload" tabindex="0">{pretty(text()).slice(0, mostShown)}</pre>}
            </Show>
            <Show when={answer().text === null}>
              <pre class="payload" tabindex="0">{hexDump(answer().payload)}</pre>
            </Show>
            <p class="quiet">
              Its bytes in a file: <CommandLine text={`perigee dlq show ${id()} --raw record.bin`} />
            </p>
          </>
        )}
      </Answered>
    </>
  )
}

export default LetterPage
