import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import type { WebhookScheme } from '../../catalogue/schema/webhooks/schemes.ts'
import type {
  WebhookDeliveryId,
  WebhookField,
  WebhookShape,
  WebhookType,
} from '../../catalogue/schema/webhooks/shapes.ts'

const always = ['content-type', 'user-agent']

/** The headers that are kept with an event: those that tell what it is. No signature, token or cookie is among them. */
export function keptHeaders(
  definition: WebhookDefinition,
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const { scheme, otherSchemes = [], shapes } = definition
  const schemes = [scheme, ...otherSchemes]
  const secret = new Set(schemes.flatMap(proofsOf))
  const kept: Record<string, string> = {}
  for (const name of [...always, ...schemes.flatMap(timesOf), ...shapes.flatMap(toldBy)]) {
    const value = headers[name]
    if (typeof value === 'string' && !secret.has(name)) kept[name] = value.slice(0, 500)
  }
  return kept
}

function toldBy({ type, deliveryId, account }: WebhookShape): string[] {
  return [type, deliveryId, ...account].flatMap(headersOf)
}

function headersOf(field: WebhookType | WebhookDeliveryId | WebhookField | undefined): string[] {
  if (field === undefined) return []
  if ('joined' in field) return field.joined.flatMap(headersOf)
  return 'header' in field ? [field.header] : []
}

function timesOf(scheme: WebhookScheme): string[] {
  const time = 'timestamp' in scheme ? scheme.timestamp : undefined
  return time && 'header' in time ? [time.header] : []
}

/** Headers that prove something, or are the secret itself. */
function proofsOf(scheme: WebhookScheme): string[] {
  switch (scheme.kind) {
    case 'shared-token':
      return 'header' in scheme.in ? [scheme.in.header] : []
    case 'jwt':
    case 'jwt-hmac':
      return [scheme.token.header]
    case 'basic':
      return ['authorization']
    case 'standard-webhooks':
      return [`${scheme.headers}-signature`]
    case 'address':
      return []
    case 'hmac':
    case 'digest':
    case 'ed25519':
    case 'ecdsa-p256':
    case 'certificate':
      return [scheme.header]
  }
}
