import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { pushLimits } from '../policy.ts'
import type { PushCandidate } from './push-plan.ts'
import { isGuarded, looksFirst } from './read-first.ts'

/**
 * Candidates in portions, each of which is looked at and then written: what was seen is to be as it was; and where a slice is over, or a
 * platform's limit ends an attempt in the middle of its looks, the next one has less to look at. What is there already comes first.
 */
export function portionsOf(mapping: Mapping, candidates: readonly PushCandidate[]): PushCandidate[][] {
  const isThere = ({ link }: PushCandidate) => link !== undefined && link.external_id !== null
  const [there, made] = [candidates.filter(isThere), candidates.filter(one => !isThere(one))]
  return [
    ...sliced(there, looksFirst(mapping) ? lookedAtOnce(mapping.model) : there.length),
    ...sliced(made, lookedUpAtOnce(mapping.model) ?? made.length),
  ]
}

/** How many are looked at before they are written: few where nothing but the look guards the write, else enough for full calls. */
function lookedAtOnce(model: ModelDefinition): number {
  const { callsAtOnce, lookedAlone } = pushLimits
  const { readMany, batch } = model
  if (readMany === undefined && !isGuarded(model)) return lookedAlone
  return callsAtOnce * Math.max(readMany?.size ?? lookedAlone / callsAtOnce, batch?.size ?? 1)
}

function lookedUpAtOnce({ lookup }: ModelDefinition): number | undefined {
  return lookup && pushLimits.callsAtOnce * (lookup.many?.size ?? 1)
}

function sliced<One>(all: readonly One[], size: number): One[][] {
  if (all.length === 0) return []
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
