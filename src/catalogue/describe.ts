import type { AuthMethod } from './schema/auth.ts'
import type { ProviderDefinition } from './schema/definition.ts'
import type { ModelDefinition } from './schema/models.ts'

// What a caller may know of a platform, derived from its definition: whatever a definition gains in models and triggers
// shows here by itself.

export interface ProviderDescription {
  id: string
  name: string
  docs: string
  /** The first is the default. */
  environments: string[]
  auth: AuthDescription[]
  scopes: { name: string; description: string }[]
  models: ModelDescription[]
  /** What the hub can do at the platform. */
  actions: { id: string; description: string; model: string }[]
  /** What the platform tells the hub by its webhooks. */
  triggers: { type: string; description: string; model: string | null }[]
}

export type AuthDescription =
  | { kind: 'oauth2'; defaultScopes: string[]; refreshes: boolean }
  | { kind: 'api_key'; label: string; help: string; pattern: string | null }

export type ModelOperation = 'create' | 'update' | 'delete'

export interface ModelDescription {
  id: string
  collection: string
  description: string
  docs: string
  operations: ('read' | ModelOperation)[]
  /** Whether the platform can be asked for changes only. */
  incremental: boolean
  /** The canonical fields that are mapped. */
  fields: { path: string; writable: boolean }[]
}

const writes = ['create', 'update', 'delete'] as const

export function describeProvider(provider: ProviderDefinition): ProviderDescription {
  const models = Object.entries(provider.models ?? {}).map(([id, model]) => describeModel(id, model))
  return {
    id: provider.id,
    name: provider.name,
    docs: provider.docs,
    environments: Object.keys(provider.environments),
    auth: provider.auth.map(describeAuth),
    scopes: Object.entries(provider.scopes).map(([name, description]) => ({ name, description })),
    models,
    actions: models.flatMap(model =>
      writes
        .filter(write => model.operations.includes(write))
        .map(write => ({ id: `${model.id}.${write}`, description: `${sentence(write)} ${model.id}`, model: model.id })),
    ),
    triggers: Object.entries(provider.webhooks?.triggers ?? {}).map(([type, { description, model }]) => ({
      type,
      description,
      model: model ?? null,
    })),
  }
}

function describeModel(id: string, model: ModelDefinition): ModelDescription {
  return {
    id,
    collection: model.collection,
    description: model.summary,
    docs: model.docs,
    operations: ['read', ...writes.filter(write => model[write] !== undefined)],
    incremental: model.changedSince !== undefined,
    fields: model.fields.map(([path, , options]) => ({ path, writable: options?.only !== 'read' })),
  }
}

function describeAuth(method: AuthMethod): AuthDescription {
  switch (method.kind) {
    case 'oauth2':
      return {
        kind: 'oauth2',
        defaultScopes: method.defaultScopes,
        refreshes: method.lifetime.access !== undefined || method.rotation !== undefined,
      }
    case 'api_key':
      return { kind: 'api_key', label: method.label, help: method.help, pattern: method.pattern ?? null }
  }
}

function sentence(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
