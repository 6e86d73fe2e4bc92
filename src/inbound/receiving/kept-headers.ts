import type { WebhookDefinition, WebhookField } from '../../catalogue/schema/webhooks.ts'

const always = ['content-type', 'user-agent']

/** The headers that are kept with an event: those that tell what it is. No signature, token or cookie is among them. */
export function keptHeaders(
  definition: WebhookDefinition,
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const { scheme, shapes } = definition
  const told = shapes
    .flatMap(({ type, deliveryId, account }): (WebhookField | undefined)[] => [
      'paths' in type ? undefined : type,
      deliveryId,
      ...account,
    ])
    .flatMap(field => (field && 'header' in field ? [field.header] : []))
  const timestamps = scheme.kind === 'hmac-sha256-timestamp' ? [scheme.timestampHeader] : []
  const kept: Record<string, string> = {}
  for (const name of [...always, ...timestamps, ...told]) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value.slice(0, 500)
  }
  return kept
}
