import type { Hub } from '../hub.ts'
import type { AnyRoute, Plugin } from './route.ts'

/** Every route of the API, by resource. */
export function routesOf(_hub: Hub): AnyRoute[] {
  return []
}

/** What is not of the API proper, each in a scope of its own: redirects of people's browsers, webhooks as raw bytes. */
export function pluginsOf(_hub: Hub): Plugin[] {
  return []
}
