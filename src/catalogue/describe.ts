import { matchKeysOf } from './match-keys.ts'
import type { AuthMethod } from './schema/auth.ts'
import type { Field } from './schema/fields.ts'
import type { ProviderDefinition } from './schema/definition.ts'
import type { ModelDefinition } from './schema/models.ts'

// What a caller may know of a platform, derived from its definition: whatever a definition gains in models and triggers
// shows here by itself.

export interface ProviderSummary {
  id: string
  name: string
  docs: string
  category: string | null
  /** What one can do with it once an account is connected. */
  capabilities: string[]
  /** The first is the default. */
  environments: string[]
  methods: { id: string; kind: AuthMethod['kind'] }[]
}

export interface ProviderDescription extends Omit<ProviderSummary, 'methods'> {
  /** Where an app is registered or a key is made, how connecting works, and where it says that it is down. */
  links: Record<'app' | 'guide' | 'status', string | null>
  auth: AuthDescription[]
  scopes: { name: string; description: string }[]
  models: ModelDescription[]
  /** What the hub can do at the platform. */
  actions: { id: string; description: string; model: string }[]
  /** What the platform tells the hub by its webhooks. */
  triggers: { type: string; description: string; model: string | null }[]
}

export type AuthDescription =
  | ({ kind: 'oauth2'; defaultScopes: string[]; refreshes: boolean } & Asked)
  | ({ kind: 'api_key'; label: string; help: string; pattern: string | null } & Asked & Given)
  | ({ kind: Exclude<AuthMethod['kind'], 'oauth2' | 'api_key'>; defaultScopes: string[] } & Asked & Given)

interface Asked {
  /** What `method` names. */
  id: string
  /** The environments that it is for; every one where there are none. */
  environments: string[]
  /** What is asked for in `config`. */
  ask: FieldDescription[]
}

interface Given {
  /** What is given in `credentials`, where that is more than `apiKey`. */
  fields: FieldDescription[]
}

export interface FieldDescription {
  name: string
  label: string
  help: string | null
  pattern: string | null
  default: string | null
  secret: boolean
}

export type ModelOperation = 'create' | 'update' | 'delete'

export interface ModelDescription {
  id: string
  collection: string
  description: string
  docs: string
  operations: ('read' | ModelOperation)[]
  /** What a sync of it is asked for in `config`. */
  asks: FieldDescription[]
  /** Whether the platform can be asked for changes only. */
  incremental: boolean
  /** The keys, lists of canonical paths, by which its items join records that are there, unless a sync says others. */
  match: string[][]
  /** The canonical fields that are mapped. */
  fields: { path: string; writable: boolean }[]
}

const writes = ['create', 'update', 'delete'] as const

/** As much as a list tells. */
export function summarizeProvider(provider: ProviderDefinition): ProviderSummary {
  const methods = provider.auth.map(({ id, kind }) => ({ id, kind }))
  return { ...offerOf(provider), methods }
}

function offerOf(provider: ProviderDefinition): Omit<ProviderSummary, 'methods'> {
  const { id, name, docs, category = null, capabilities = [] } = provider
  return { id, name, docs, category, capabilities, environments: Object.keys(provider.environments) }
}

export function describeProvider(provider: ProviderDefinition): ProviderDescription {
  const models = Object.entries(provider.models ?? {}).map(([id, model]) => describeModel(id, model))
  return {
    ...offerOf(provider),
    links: { ...{ app: null, guide: null, status: null }, ...provider.links },
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
    asks: (model.asks ?? []).map(describeField),
    incremental: model.changedSince !== undefined || model.windows !== undefined,
    match: matchKeysOf(null, model),
    fields: model.fields.map(([path, , { only } = {}]) => ({ path, writable: only !== 'read' && only !== 'new' })),
  }
}

function describeAuth(method: AuthMethod): AuthDescription {
  const asked = { id: method.id, environments: method.environments ?? [], ask: (method.ask ?? []).map(describeField) }
  const fields = ('fields' in method ? (method.fields ?? []) : []).map(describeField)
  switch (method.kind) {
    case 'oauth2':
      return {
        kind: method.kind,
        ...asked,
        defaultScopes: method.defaultScopes,
        refreshes:
          method.lifetime.access !== undefined || method.rotation !== undefined || method.refresh !== undefined,
      }
    case 'api_key':
      return {
        kind: method.kind,
        ...asked,
        label: method.label,
        help: method.help,
        pattern: method.pattern ?? null,
        fields,
      }
    case 'client_credentials':
    case 'token_exchange':
    case 'jwt_assertion':
      return { kind: method.kind, ...asked, defaultScopes: method.defaultScopes ?? [], fields }
    case 'app_installation':
    case 'key_delivery':
    case 'smtp':
      return { kind: method.kind, ...asked, defaultScopes: [], fields }
  }
}

function describeField({ name, label, help, pattern, default: usual, secret = false }: Field): FieldDescription {
  return { name, label, help: help ?? null, pattern: pattern ?? null, default: usual ?? null, secret }
}

function sentence(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
