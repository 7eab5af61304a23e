/** Environment variables that begin as ours do and are none of ours. */
import { ConfigProvider, Effect } from "effect"
import { nearest } from "../../domain/text/nearest.ts"
import { environmentNames } from "./environmentNames.ts"
import { allSettings } from "./settings.ts"

const prefix = "PERIGEE_"

interface Misspelt {
  readonly name: string
  /** The setting that was probably meant. */
  readonly meant: string | undefined
}

/** Each with the setting that was probably meant. Their values may be secret, and are not told. */
export const misspeltSettings: Effect.Effect<ReadonlyArray<Misspelt>> = Effect.gen(function*() {
  const known = allSettings.map(({ row }) => row.name).filter((name) => name.startsWith(prefix))
  const names = yield* environmentNames(yield* ConfigProvider.ConfigProvider, prefix.slice(0, -1))
  return names.filter((name) => !known.includes(name)).map((name) => {
    const meant = nearest(name.slice(prefix.length), known.map((setting) => setting.slice(prefix.length)))
    return { name, meant: meant === undefined ? undefined : prefix + meant }
  })
})
