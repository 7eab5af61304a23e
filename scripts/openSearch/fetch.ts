/** Fetches OpenSearch into the cache and says nothing when it is there. */
import { openSearchDistribution } from "./distribution.ts"

openSearchDistribution()
