/** The names of environment variables, through the `ConfigProvider`. */
import { type ConfigProvider, Effect } from "effect"

/**
 * The names under a first word: of `PERIGEE`, those that begin with `PERIGEE_`. Of a list (`X_0`, `X_1`) one name stands for
 * all, with `*` for the number.
 */
export const environmentNames = (
  provider: ConfigProvider.ConfigProvider,
  word: string
): Effect.Effect<ReadonlyArray<string>> => Effect.map(namesUnder(provider, [word]), (names) => names.toSorted())

const namesUnder = Effect.fnUntraced(function*(
  provider: ConfigProvider.ConfigProvider,
  path: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<string>> {
  const node = yield* Effect.orDie(provider.load(path))
  if (node === undefined) return []
  const names = node.value === undefined || path.length < 2 ? [] : [path.join("_")]
  if (node._tag === "Array") names.push(`${path.join("_")}_*`)
  if (node._tag !== "Record") return names
  for (const key of node.keys) names.push(...(yield* namesUnder(provider, [...path, key])))
  return names
})
