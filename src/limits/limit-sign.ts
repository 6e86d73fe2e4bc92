import { lifetimeMs } from '../catalogue/lifetime.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'

/**
 * The wait in milliseconds that goes with the platform's own words for a limit, by the signs of its definition; undefined when
 * the answer has none of them.
 * @param textAt the text at a path of the answer's body, if there is one
 */
export function limitSignMs(
  { limitSigns }: ProviderDefinition,
  status: number,
  textAt: (path: string) => string | undefined,
): number | undefined {
  const sign = limitSigns?.find(
    one => one.status === status && textAt(one.text.path)?.toLowerCase().includes(one.text.has),
  )
  return sign && lifetimeMs(sign.wait)
}
