import type { AuthMethod } from '../../src/catalogue/schema/auth.ts'
import { providerDefinition, type ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import { modelDefinition, type ModelDefinition } from '../../src/catalogue/schema/models.ts'
import type { ProviderClient } from '../../src/calls/call.ts'
import { callProvider } from '../../src/calls/request.ts'
import { targetOf } from '../../src/calls/target.ts'
import type { Hub } from '../../src/hub.ts'

let made = 0

/** A definition made for a test, as the schema takes it: nothing is said of it but what the test is about. */
export function definitionOf(about: Partial<ProviderDefinition>): ProviderDefinition {
  const text = JSON.stringify({
    id: 'made',
    name: 'Made',
    docs: 'https://made.example/docs',
    environments: { production: { api: 'https://api.made.example' } },
    auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'bearer' } }],
    scopes: {},
    identity: { get: '/me', id: 'id', name: 'name' },
    ...about,
  })
  return providerDefinition.parse(JSON.parse(text))
}

/** A model made for a test, as the schema takes it. */
export function modelOf(about: Partial<ModelDefinition>): ModelDefinition {
  const text = JSON.stringify({
    collection: 'customers',
    summary: 'Customers',
    docs: 'https://made.example/docs',
    id: 'id',
    list: { kind: 'link', path: '/items', page: 100, limitParam: 'limit' },
    read: { path: '/items/{id}' },
    fields: [['displayName', 'name']],
    ...about,
  })
  return modelDefinition.parse(JSON.parse(text))
}

/** A client of a connection that is not stored anywhere, with a place of its own among the limits. */
export function clientOf(
  hub: Hub,
  definition: ProviderDefinition,
  baseUrls: Record<string, string>,
  given: { config?: Record<string, string>; secret?: Record<string, string>; method?: AuthMethod } = {},
): ProviderClient {
  const owner = {
    ...{ id: `conn_made${++made}`, workspaceId: 'ws_made', providerAppId: null, environment: 'production' },
    provider: definition.id,
    config: given.config ?? {},
  }
  const method = given.method ?? definition.auth[0]!
  const target = targetOf(definition, method, owner, { baseUrls }, given.secret ?? { accessToken: 'canary-token' })
  return { call: call => callProvider(hub, target, call) }
}

/** The base URLs by which an app reaches the made platform's one host at another address. */
export const at = (url: string) => ({ 'https://api.made.example': url })
