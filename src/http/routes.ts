import type { Hub } from '../hub.ts'
import type { AnyRoute } from './route.ts'

/** Every route of the API, by resource. */
export function routesOf(_hub: Hub): AnyRoute[] {
  return []
}
