import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import { fitsPattern } from '../catalogue/pattern.ts'
import type { SecretPlace } from '../credentials/key-ring.ts'
import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'

/** Fields of an app as its owner sends them; null removes one. */
export type AppFields = Record<string, string | null>

/** The place of a secret field beside its app. */
const prefix = 'app '

/** A definition's fields of an app, with what is given of them, apart by whether they are secret. */
export interface CheckedFields {
  open: AppFields
  secret: AppFields
}

/** @throws HubError `INVALID_REQUEST` naming fields that the platform's apps do not have, or that do not look like it */
export function checkAppFields({ app, name }: ProviderDefinition, given: AppFields): CheckedFields {
  const fields = app?.fields ?? []
  const checked: CheckedFields = { open: {}, secret: {} }
  const details = Object.entries(given).flatMap(([key, value]) => {
    const field = fields.find(one => one.name === key)
    const path = `body.fields.${key}`
    if (!field) return [{ path, message: `An app of ${name} has no such field` }]
    if (value !== null && field.pattern !== undefined && !fitsPattern(field.pattern, value)) {
      return [{ path, message: `Does not look like one of ${name}` }]
    }
    checked[field.secret === true ? 'secret' : 'open'][key] = value
    return []
  })
  if (details.length > 0) throw new HubError('INVALID_REQUEST', { details })
  return checked
}

/** What of the settings stays or is new: null removes. */
export function mergedFields(current: Record<string, string>, change: AppFields): Record<string, string> {
  const merged = Object.entries({ ...current, ...change })
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** Stores, replaces or destroys secret fields of an app, in the caller's transaction. */
export async function putSecretFields(
  hub: Foundation,
  db: Executor,
  app: { workspaceId: string; id: string },
  fields: AppFields,
): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const field = `${prefix}${name}`
    if (value === null) await hub.credentials.destroy(db, app.workspaceId, app.id, field)
    else await hub.credentials.put(db, { workspaceId: app.workspaceId, ownerId: app.id, field }, value)
  }
}

/** The names of an app's secret fields, as its platform's definition has them. */
export function secretNamesOf({ app }: ProviderDefinition): string[] {
  return (app?.fields ?? []).filter(field => field.secret === true).map(field => field.name)
}

/** Where a secret field of an app is kept. */
export function secretPlaceOf(app: { workspaceId: string; id: string }, name: string): SecretPlace {
  return { workspaceId: app.workspaceId, ownerId: app.id, field: `${prefix}${name}` }
}

/** The names of the secret fields among an app's secrets. */
export function secretFieldsIn(secrets: ReadonlySet<string> | undefined): string[] {
  const named = [...(secrets ?? [])].filter(field => field.startsWith(prefix))
  return named.map(field => field.slice(prefix.length)).sort()
}

/** The secret fields of an app that its definition names, opened. */
export async function openSecretFields(
  hub: Foundation,
  app: { workspaceId: string; id: string },
  definition: ProviderDefinition,
): Promise<Record<string, string>> {
  const names = secretNamesOf(definition)
  if (names.length === 0) return {}
  const places = names.map(name => `${prefix}${name}`)
  const found = await hub.credentials.getFields<Record<string, string>>(hub.db, app.workspaceId, [app.id], places)
  const opened = names.map(name => [name, found[`${prefix}${name}`]?.get(app.id)] as const)
  return Object.fromEntries(opened.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
