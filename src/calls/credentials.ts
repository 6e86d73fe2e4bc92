import type { Placement } from '../catalogue/schema/calls.ts'
import { fill, fillHeader, type Named } from './template.ts'

/** What a call says to prove on whose behalf it is made. */
export interface PlacedCredential {
  headers: Record<string, string>
  query: Record<string, string>
}

const token = '{accessToken}'

/**
 * Puts a credential's fields where the platform takes them.
 * @param values the fields, and the connection's configuration
 * @throws HubError `INVALID_REQUEST` when a field is missing, or cannot be part of a header
 */
export function placeCredential(placement: Placement, values: Named): PlacedCredential {
  const placed: PlacedCredential = { headers: {}, query: {} }
  for (const part of [placement].flat()) {
    switch (part.in) {
      case 'bearer':
        placed.headers.authorization = `Bearer ${fillHeader(part.value ?? token, values)}`
        break
      case 'basic': {
        const [user, password] = [part.user, part.password].map(template => fill(template, values, value => value))
        placed.headers.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
        break
      }
      case 'header':
        placed.headers[part.name] = fillHeader(part.value ?? token, values)
        break
      case 'query':
        placed.query[part.name] = fill(part.value ?? token, values, value => value)
        break
      default:
        return part satisfies never
    }
  }
  return placed
}
