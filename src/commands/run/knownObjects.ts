/** What is known of objects beside their orbits: which are protected, and how large they are. */
import { Effect } from "effect"
import { type ListedAsset, readAssets } from "../../domain/alert/assets.ts"
import { readHardBodies } from "../../domain/orbit/encounter/HardBody.ts"
import type { FusionOptions } from "../../operators/fusion/fusion.ts"
import { InputError } from "../InputError.ts"
import { orInputError, readText } from "../inputs.ts"
import { counted, printable } from "../text.ts"

interface KnownFiles {
  readonly assets: string | undefined
  readonly hardBodies: string | undefined
}

interface KnownAssets {
  readonly file: string
  readonly listed: ReadonlyArray<ListedAsset>
}

export interface KnownObjects {
  readonly assets: KnownAssets | undefined
  readonly forFusion: Pick<FusionOptions, "assets" | "bodies">
}

/** Reads the files that are given. What cannot be read is an {@link InputError}. */
export const knownObjects = Effect.fnUntraced(function*({ assets: file, hardBodies }: KnownFiles) {
  const listed = file === undefined ? undefined : yield* orInputError(readAssets(yield* readText(file), file))
  const bodies = hardBodies === undefined
    ? undefined
    : yield* orInputError(readHardBodies(yield* readText(hardBodies), hardBodies))
  return {
    assets: file === undefined || listed === undefined ? undefined : { file, listed },
    forFusion: {
      ...(listed !== undefined && { assets: new Set(listed.map(({ objectId }) => objectId)) }),
      ...(bodies !== undefined && { bodies })
    }
  } satisfies KnownObjects
})

const mostNamed = 10

/**
 * Says what raises alerts. An asset that the catalogue does not have is protected by nobody: each is told with its line, and where it has none of them the
 * file was meant for another catalogue.
 */
export const tellAssets = Effect.fnUntraced(
  function*(assets: KnownAssets | undefined, catalogue: ReadonlyMap<string, unknown>) {
    if (assets === undefined) {
      yield* Effect.logInfo(
        `every pair of the ${
          counted(catalogue.size, "object")
        } raises alerts: --assets FILE names those that are protected`
      )
      return
    }
    const { file, listed } = assets
    const missing = listed.filter(({ objectId }) => !catalogue.has(objectId))
    if (missing.length === listed.length) {
      return yield* new InputError({
        message: `${file}: the catalogue has none of these ${counted(listed.length, "object")}`
      })
    }
    for (const { line, objectId } of missing.slice(0, mostNamed)) {
      yield* Effect.logWarning(
        `${file}:${line}: the catalogue has no object ${printable(objectId)}: nothing is known of its conjunctions`
      )
    }
    if (missing.length > mostNamed) {
      yield* Effect.logWarning(`${file}: and ${missing.length - mostNamed} more that the catalogue does not have`)
    }
    yield* Effect.logInfo(
      `conjunctions of ${
        counted(listed.length - missing.length, "asset")
      } raise alerts; the others go to the topic conjunctions`
    )
  }
)
