import { createHmac } from 'node:crypto'
import type { Placement } from '../catalogue/schema/calls.ts'
import { HubError } from '../errors.ts'
import { signature, type SignedRequest } from './signature.ts'
import { fill, fillHeader, isKnown, type Named } from './template.ts'

/** What a call says to prove on whose behalf it is made. */
export interface PlacedCredential {
  headers: Record<string, string>
  query: Record<string, string>
}

const token = '{accessToken}'

/**
 * Puts a credential's fields where the platform takes them. What is signed is left to `signCall`.
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
        placed.headers[nameOf(part.name, values, isOwnHeader)] = fillHeader(part.value ?? token, values)
        break
      case 'query':
        placed.query[nameOf(part.name, values, isParameter)] = fill(part.value ?? token, values, value => value)
        break
      case 'query-hmac': {
        if (!isKnown(part.key, values)) break
        const [of, key] = [part.of ?? token, part.key].map(template => fill(template, values, value => value))
        placed.query[part.name] = createHmac('sha256', key!).update(of!).digest('hex')
        break
      }
      case 'aws-sigv4':
        break
      default:
        return part satisfies never
    }
  }
  return placed
}

/**
 * The headers by which a call is signed that is otherwise ready to be sent; none where its platform does not want that.
 * @throws HubError `INVALID_REQUEST` when a field is missing
 */
export async function signCall(
  placement: Placement,
  request: SignedRequest,
  values: Named,
): Promise<Record<string, string>> {
  const part = [placement].flat().find(one => one.in === 'aws-sigv4')
  if (part === undefined) return {}
  const filled = (template: string) => fill(template, values, value => value)
  return signature(request, {
    accessKey: filled(part.accessKey),
    secretKey: filled(part.secretKey),
    region: filled(part.region),
    service: filled(part.service),
  })
}

/** A header's or parameter's name, which may be the connection's own. */
function nameOf(name: string, values: Named, isGood: (name: string) => boolean): string {
  const filled = fill(name, values, value => value)
  if (filled !== name && !isGood(filled)) {
    throw new HubError('INVALID_REQUEST', { message: 'The connection names no place for its credential.' })
  }
  return filled.toLowerCase() === 'authorization' ? 'authorization' : filled
}

/** Those that say how a message travels are not the connection's. */
const ofTransport =
  /^(connection|content-.*|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|accept-encoding)$/i

const isOwnHeader = (name: string) => /^[A-Za-z0-9-]{1,100}$/.test(name) && !ofTransport.test(name)
const isParameter = (name: string) => /^[^\s&=#?]{1,100}$/.test(name)
