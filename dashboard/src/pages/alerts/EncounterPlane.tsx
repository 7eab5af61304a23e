/**
 * The plane that the objects pass each other in, seen along their relative velocity: the first in the middle with the combined hard body, the second
 * at the miss, with the combined error around it at one and three sigma. To scale; a body too small to be seen gets a cross.
 */
import { For, Show } from "solid-js"
import type { AnswerOf } from "../../data/api.ts"
import { metres } from "../../parts/format.ts"

type Version = AnswerOf<"/v1/alerts/:id">["versions"][number]

const size = 340
const middle = size / 2

/** 1, 2 or 5 times a power of ten, not above. */
const roundDown = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  const of = value / power
  return (of >= 5 ? 5 : of >= 2 ? 2 : 1) * power
}

export const EncounterPlane = (props: { readonly version: Version }) => {
  const miss = () => props.version.missDistanceMetres
  const body = () => props.version.hardBodyRadiusMetres
  const ellipse = () => props.version.ellipse
  /** Metres from the middle to the edge. What is far from the miss is cut off: an error of kilometres around a miss of metres. */
  const reach = () =>
    1.15 *
    Math.max(body() * 2, miss() + Math.min(3 * (ellipse()?.sigmaMajorMetres ?? 0), 20 * Math.max(miss(), body())))
  const scale = () => middle / reach()
  const x = () => middle + miss() * scale()
  const bar = () => roundDown(reach() / 2)
  const degrees = () => -(ellipse()?.minorAxisRadians ?? 0) * 180 / Math.PI
  return (
    <figure class="plane">
      <svg
        viewBox={`0 0 ${size} ${size}`}
        role="img"
        aria-label={`Encounter plane: miss ${metres(miss())}, hard body ${metres(body())}${
          ellipse() === undefined
            ? ""
            : `, combined error ${metres(ellipse()?.sigmaMajorMetres ?? 0)} by ${
              metres(ellipse()?.sigmaMinorMetres ?? 0)
            }`
        }`}
      >
        <line class="axis" x1="0" x2={size} y1={middle} y2={middle} />
        <line class="axis" x1={middle} x2={middle} y1="0" y2={size} />
        <Show when={ellipse()}>
          {(axes) => (
            <For each={[3, 1]}>
              {(sigmas) => (
                <ellipse
                  class={`sigma of-${sigmas}`}
                  cx={x()}
                  cy={middle}
                  rx={Math.max(0.5, sigmas * axes().sigmaMinorMetres * scale())}
                  ry={Math.max(0.5, sigmas * axes().sigmaMajorMetres * scale())}
                  transform={`rotate(${degrees()} ${x()} ${middle})`}
                />
              )}
            </For>
          )}
        </Show>
        <line class="miss" x1={middle} x2={x()} y1={middle} y2={middle} />
        <circle class="body" cx={middle} cy={middle} r={Math.max(1.5, body() * scale())} />
        <Show when={body() * scale() < 4}>
          <path class="cross" d={`M${middle - 7} ${middle}h14M${middle} ${middle - 7}v14`} />
        </Show>
        <circle class="other" cx={x()} cy={middle} r="3.5" />
        <g class="scale">
          <line x1="14" x2={14 + bar() * scale()} y1={size - 16} y2={size - 16} />
          <text x="14" y={size - 22}>{metres(bar())}</text>
        </g>
      </svg>
      <figcaption class="quiet">
        <span class="swatch body" /> hard body {metres(body())} around {props.version.objects[0]};{" "}
        <span class="swatch other" /> {props.version.objects[1]} at the miss
        <Show when={ellipse()} fallback="; this version tells no ellipse">
          {(axes) => (
            <>
              ; <span class="swatch sigma" /> combined error, 1 and 3 sigma ({metres(axes().sigmaMajorMetres)} by{" "}
              {metres(axes().sigmaMinorMetres)})
            </>
          )}
        </Show>
      </figcaption>
    </figure>
  )
}
