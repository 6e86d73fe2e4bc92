import { randomUUID } from 'node:crypto'
import type { ProviderCall } from '../../calls/call.ts'
import { formOf } from '../../calls/body.ts'
import type { Values } from '../../calls/json-write.ts'
import { fill, fillPath, type Named } from '../../calls/template.ts'
import type { SubscribeCall, SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'
import { firstGroup, fitsPattern } from '../../catalogue/pattern.ts'
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
export function callOf(definition: SubscribeDefinition, template: SubscribeCall, about: Said): ProviderCall {
  const types = typesFor(definition, about.subscription.types)
  const values = valuesOf(about, types)
  const { path, body, encoding, ...rest } = template
  const said = body && (filled(body, { values, ...severalOf(definition, types) }) as Values)
  return {
    ...rest,
    // What is the configuration's stays the call's to fill.
    path: fillPath(path, values),
    ...(said && { body: encoding === 'form' ? formOf(said) : said }),
    anyAnswer: true,
    timeoutMs: callTimeoutMs,
  }
}

/** Event types as the platform is told them. */
export function typesFor({ types }: SubscribeDefinition, wanted: string[]): string[] {
  if (types === undefined) return []
  const told = wanted.map(type => {
    if (types.names) return types.names[type] ?? type
    const said = types.part === undefined ? type : (firstGroup(types.part, type) ?? type)
    return types.dots === undefined ? said : said.replaceAll('.', types.dots)
  })
  return [...new Set(told)]
}

/** Whether a platform can be told to send a type. */
export function isTold({ types }: SubscribeDefinition, type: string): boolean {
  if (types?.names) return Object.hasOwn(types.names, type)
  return types?.part === undefined || fitsPattern(types.part, type)
}

/** What stands for several types at once: a list of them, or a flag for each that can be told. */
function severalOf({ types }: SubscribeDefinition, told: string[]): { list?: unknown[]; flags?: Values } {
  if (types?.form === 'flags')
    return { flags: Object.fromEntries(Object.values(types.names ?? {}).map(name => [name, told.includes(name)])) }
  if (types?.form !== 'list') return {}
  return { list: types.entry ? told.map(type => filled(types.entry, { values: partsOf(type) })) : told }
}

function partsOf(type: string): Named {
  const at = type.lastIndexOf('.')
  return { type, subject: type.slice(0, Math.max(at, 0)), action: type.slice(at + 1) }
}

function valuesOf({ subscription, config, address, expiresAt }: Said, types: string[]): Named {
  const { about, platformId, platformResource } = subscription
  return {
    ...config,
    ...about,
    id: randomUUID(),
    ownId: subscription.id,
    types: types.join(','),
    ...(types[0] !== undefined && { type: types[0] }),
    ...(address && { address: address.url }),
    ...(address?.secret !== undefined && { secret: address.secret }),
    ...(expiresAt && { expiresAt: expiresAt.toISOString(), expiresAtMs: String(expiresAt.getTime()) }),
    ...(platformId !== null && { platformId }),
    ...(platformResource !== null && { platformResource }),
  }
}

interface Filling {
  values: Named
  /** What stands for `{types}` alone, where the platform takes a list. */
  list?: unknown[]
  /** What a member called `{types}` stands for. */
  flags?: Values
}

/** A body with its texts filled. */
function filled(said: unknown, filling: Filling): unknown {
  if (said === '{types}' && filling.list) return filling.list
  if (typeof said === 'string') return fill(said, filling.values, value => value)
  if (Array.isArray(said)) return said.map(part => filled(part, filling))
  if (typeof said !== 'object' || said === null) return said
  const members = Object.entries(said).flatMap(([name, part]) =>
    name === '{types}' && filling.flags ? Object.entries(filling.flags) : [[name, filled(part, filling)] as const],
  )
  return Object.fromEntries(members)
}
