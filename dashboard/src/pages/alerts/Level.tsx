/** An alert's level: to act on is a square, to watch a triangle, what is over a ring. */
import { State } from "../../parts/basics.tsx"

export const Level = (props: { readonly level: string }) => (
  <State
    status={props.level === "action" ? "failed" : props.level === "attention" ? "degraded" : "unknown"}
    word={props.level}
  />
)
