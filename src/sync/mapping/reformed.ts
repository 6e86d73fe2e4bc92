import { stepsOf, valueBehind } from '../../calls/json-path.ts'
import type { Fields } from '../policy.ts'
import { sameValue } from './canonical.ts'

/**
 * Fields that say the same and are written otherwise since they were taken, as after a change of the pairs: the record still
 * has what came then, and nobody has edited it, so that it takes the form of now.
 */
export function reformed(
  paths: readonly string[],
  { base, data }: { base: unknown; data: unknown },
  { hub, provider }: { hub: Fields; provider: Fields },
): string[] {
  return paths.filter(path => {
    if (hub[path] === undefined || !sameValue(hub[path], provider[path])) return false
    const steps = stepsOf(path)
    const own = valueBehind(data, steps)
    return own !== undefined && !sameValue(own, provider[path]) && sameValue(own, valueBehind(base, steps))
  })
}
