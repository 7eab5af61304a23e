/**
 * The ids that belong to canaries alone. What carries one is a canary, whoever sent it.
 *
 * Catalogue numbers have at most nine digits (CCSDS OMM; a TLE's Alpha-5 ends at 339999), so ten-digit object ids are no catalogue's. They still fit
 * the u32 of a radar frame's track id and of a beacon's satellite id. Array ids and source ids are reserved likewise: a registry file that uses
 * one of them is refused.
 */

/** The pair that stays 50 km apart; its beacons name them too. */
export const apartObjects = ["4000000001", "4000000002"] as const

/** Numbers of the pairs that approach each other follow from here, two for each slot of time. */
export const firstApproachingNumber = 4_000_000_010

/** Whether an object id is a canary's: ten digits that begin with 4000. */
export const isCanaryObject = (objectId: string): boolean => objectId.length === 10 && objectId.startsWith("4000")

/** The array ids of the radars that see canaries. */
export const canaryArrayIds = [4_000_000_001, 4_000_000_002, 4_000_000_003] as const

const arrayIds: ReadonlySet<number> = new Set(canaryArrayIds)

export const isCanaryArray = (arrayId: number): boolean => arrayIds.has(arrayId)

export const canaryRadars: ReadonlyArray<string> = ["canary-radar-1", "canary-radar-2", "canary-radar-3"]
export const canaryTelescopes: ReadonlyArray<string> = ["canary-optical-1", "canary-optical-2", "canary-optical-3"]
export const canaryLinks: ReadonlyArray<string> = apartObjects.map((objectId) => `canary-isl-${objectId}`)

const sourceIds: ReadonlySet<string> = new Set([...canaryRadars, ...canaryTelescopes, ...canaryLinks])

/** Whether a sensor is one that only canaries have. */
export const isCanarySource = (sourceId: string): boolean => sourceIds.has(sourceId)

const keys: ReadonlySet<string> = new Set([
  ...canaryArrayIds.map((id) => `radar:${id}`),
  ...canaryTelescopes.map((id) => `optical:${id}`),
  ...apartObjects.map((id) => `isl:${id}`)
])

/** Whether a record's partition key is a canary's: tells one before it is decoded. */
export const isCanaryKey = (key: string): boolean => keys.has(key)
