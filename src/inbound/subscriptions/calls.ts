import { randomUUID } from 'node:crypto'
import type { ProviderCall } from '../../calls/call.ts'
import { fill, fillPath, type Named } from '../../calls/template.ts'
import type { SubscribeCall, SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'
import { firstGroup } from '../../catalogue/pattern.ts'
import { callTimeoutMs } from './policy.ts'
import type { Subscription } from './store.ts'

/** What a call about a subscription says. */
export interface Said {
  subscription: Subscription
  config: Named
  address: { url: string; secret: string | undefined } | undefined
  expiresAt: Date | undefined
}

/** The call that a template gives. @throws HubError `INVALID_REQUEST` where it names what is not known */
export function callOf(definition: SubscribeDefinition, template: SubscribeCall, said: Said): ProviderCall {
  const types = typesFor(definition, said.subscription.types)
  const values = valuesOf(said, types)
  const list = definition.types?.form === 'list' ? types : undefined
  const { path, body, ...rest } = template
  return {
    ...rest,
    // What is the configuration's stays the call's to fill.
    path: fillPath(path, values),
    ...(body && { body: filled(body, values, list) }),
    anyAnswer: true,
    timeoutMs: callTimeoutMs,
  }
}

/** Event types as the platform is told them. */
export function typesFor({ types }: SubscribeDefinition, wanted: string[]): string[] {
  if (types === undefined) return []
  const told = wanted.map(type => {
    const said = types.part === undefined ? type : (firstGroup(types.part, type) ?? type)
    return types.dots === undefined ? said : said.replaceAll('.', types.dots)
  })
  return [...new Set(told)]
}

function valuesOf({ subscription, config, address, expiresAt }: Said, types: string[]): Named {
  const { about, platformId, platformResource } = subscription
  return {
    ...config,
    ...about,
    id: randomUUID(),
    types: types.join(','),
    ...(types[0] !== undefined && { type: types[0] }),
    ...(address && { address: address.url }),
    ...(address?.secret !== undefined && { secret: address.secret }),
    ...(expiresAt && { expiresAt: expiresAt.toISOString(), expiresAtMs: String(expiresAt.getTime()) }),
    ...(platformId !== null && { platformId }),
    ...(platformResource !== null && { platformResource }),
  }
}

/** A body with its texts filled; `list` is what stands for `{types}` alone, where the platform takes a list. */
function filled(said: unknown, values: Named, list: string[] | undefined): unknown {
  if (said === '{types}' && list) return list
  if (typeof said === 'string') return fill(said, values, value => value)
  if (Array.isArray(said)) return said.map(part => filled(part, values, list))
  if (typeof said !== 'object' || said === null) return said
  return Object.fromEntries(Object.entries(said).map(([name, part]) => [name, filled(part, values, list)]))
}
