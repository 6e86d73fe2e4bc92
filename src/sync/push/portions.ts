import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { pushLimits } from '../policy.ts'
import type { PushCandidate } from './push-plan.ts'
import { looksAlone } from './read-first.ts'

/**
 * Candidates in portions, each of which is looked at and then written: what was seen is to be as it was, and where a platform's limit
 * ends an attempt in the middle of its looks, the next one has less to look at. What is there already comes first.
 */
export function portionsOf(model: ModelDefinition, candidates: readonly PushCandidate[]): PushCandidate[][] {
  const isThere = ({ link }: PushCandidate) => link !== undefined && link.external_id !== null
  const [there, made] = [candidates.filter(isThere), candidates.filter(one => !isThere(one))]
  const lookedUp = pushLimits.callsAtOnce * (model.lookup?.many?.size ?? 1)
  return [
    ...sliced(there, looksAlone(model) ? pushLimits.lookedAlone : there.length),
    ...sliced(made, model.lookup ? lookedUp : made.length),
  ]
}

function sliced<One>(all: readonly One[], size: number): One[][] {
  if (all.length === 0) return []
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
