/** A short series over time as a line with its band, on a linear or a logarithmic axis; each point may be gone to. Series are thinned by the server. */
import { createMemo, For, Show } from "solid-js"
import { now } from "../data/live.ts"
import { utc } from "./format.ts"

export interface ChartPoint {
  readonly at: number
  /** `undefined`: a gap. */
  readonly value: number | undefined
  /** Half the height of the band. */
  readonly spread?: number
  readonly text: string
}

const [width, height, left, bottom, top] = [560, 170, 62, 22, 8]

export const Chart = (props: {
  readonly name: string
  readonly points: ReadonlyArray<ChartPoint>
  readonly format: (value: number) => string
  readonly logarithmic?: boolean
  readonly chosen?: number
  readonly choose?: (place: number) => void
  /** Values that mean something: limits. */
  readonly limits?: ReadonlyArray<readonly [name: string, value: number]>
}) => {
  const known = createMemo(() =>
    props.points.flatMap((point, place) =>
      point.value === undefined || (props.logarithmic === true && point.value <= 0)
        ? []
        : [{ ...point, value: point.value, place }]
    )
  )
  const span = createMemo(() => {
    const times = props.points.map(({ at }) => at)
    return [Math.min(...times), Math.max(...times)] as const
  })
  const range = createMemo(() => {
    const values = known().flatMap(({ spread = 0, value }) =>
      props.logarithmic === true ? [value] : [value + spread, value - spread]
    )
    const low = Math.min(...values)
    const high = Math.max(...values)
    if (props.logarithmic === true) return [Math.max(low, high * 1e-12) / 2, high * 2] as const
    const pad = (high - low || Math.abs(high) || 1) * 0.08
    return [
      values.every((value) => value >= 0) || known().every(({ value }) => value >= 0)
        ? Math.max(0, low - pad)
        : low - pad,
      high + pad
    ] as const
  })
  const x = (at: number) => {
    const [first, last] = span()
    return left + 6 + (last === first ? 0.5 : (at - first) / (last - first)) * (width - left - 16)
  }
  const y = (value: number) => {
    const [low, high] = range()
    const share = props.logarithmic === true
      ? (Math.log(Math.max(value, low)) - Math.log(low)) / (Math.log(high) - Math.log(low))
      : (value - low) / (high - low)
    return height - bottom - Math.min(1, Math.max(0, share)) * (height - bottom - top)
  }
  const ticks = createMemo(() => {
    const [low, high] = range()
    return props.logarithmic === true
      ? [low, Math.sqrt(low * high), high]
      : [low, (low + high) / 2, high]
  })
  const line = createMemo(() =>
    known().map(({ at, value }, place) => `${place === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join(
      ""
    )
  )
  const band = createMemo(() => {
    const points = known()
    if (props.logarithmic === true || points.every(({ spread }) => spread === undefined)) return ""
    const above = points.map(({ at, spread = 0, value }) => `${x(at).toFixed(1)} ${y(value + spread).toFixed(1)}`)
    const below = points.toReversed().map(({ at, spread = 0, value }) =>
      `${x(at).toFixed(1)} ${y(value - spread).toFixed(1)}`
    )
    return `M${[...above, ...below].join("L")}Z`
  })
  return (
    <figure class="chart">
      <figcaption>{props.name}</figcaption>
      <Show when={known().length > 0} fallback={<p class="quiet">no value</p>}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${props.name}: ${known().length} values, the last ${known().at(-1)?.text}`}
        >
          <For each={ticks()}>
            {(tick) => (
              <g class="tick">
                <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
                <text x={left - 6} y={y(tick) + 4} text-anchor="end">{props.format(tick)}</text>
              </g>
            )}
          </For>
          <For each={props.limits?.filter(([, value]) => value > range()[0] && value < range()[1])}>
            {([name, value]) => (
              <g class="limit">
                <line x1={left} x2={width} y1={y(value)} y2={y(value)} />
                <text x={width} y={y(value) - 4} text-anchor="end">{name}</text>
              </g>
            )}
          </For>
          <text class="when" x={left + 6} y={height - 6}>{utc(span()[0], now())}</text>
          <text class="when" x={width - 8} y={height - 6} text-anchor="end">{utc(span()[1], now())}</text>
          <path class="band" d={band()} />
          <path class="line" d={line()} />
          <For each={known()}>
            {(point) => (
              <circle
                class={props.chosen === point.place ? "point chosen" : "point"}
                cx={x(point.at)}
                cy={y(point.value)}
                r={props.chosen === point.place ? 5 : 2.5}
                onClick={() => props.choose?.(point.place)}
              >
                <title>{point.text}</title>
              </circle>
            )}
          </For>
        </svg>
      </Show>
    </figure>
  )
}
