import { writeAudit } from '../audit/log.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { insertApiKey, revokeApiKey, type ApiKey } from './api-keys.ts'
import { covers, type Grant } from './permissions.ts'
import { insertWorkspace, updateWorkspace, type NewWorkspace, type Workspace } from './store.ts'

/** Makes a workspace and its first API key, which may do everything in it. The key's secret is given here and never again. */
export function createWorkspace(
  hub: Foundation,
  actor: string,
  input: NewWorkspace,
): Promise<{ workspace: Workspace; apiKey: ApiKey & { secret: string } }> {
  return hub.db.transaction().execute(async db => {
    const workspace = await insertWorkspace(db, input)
    const apiKey = await insertApiKey(db, workspace.id, { name: 'First key', permissions: ['*'], expiresAt: null })
    const common = { workspaceId: workspace.id, actor }
    await writeAudit(db, { ...common, action: 'workspace.created', subjectId: workspace.id })
    await writeAudit(db, { ...common, action: 'api_key.created', subjectId: apiKey.id })
    return { workspace, apiKey }
  })
}

/** @throws HubError `WORKSPACE_NOT_FOUND` */
export function changeWorkspace(
  hub: Foundation,
  actor: string,
  id: string,
  change: Parameters<typeof updateWorkspace>[2],
): Promise<Workspace> {
  return hub.db.transaction().execute(async db => {
    const workspace = await updateWorkspace(db, id, change)
    const details = { changed: Object.keys(change) }
    await writeAudit(db, { workspaceId: id, actor, action: 'workspace.updated', subjectId: id, details })
    return workspace
  })
}

/** Who makes a key, and what they may do themselves. */
export interface KeyMaker {
  actor: string
  grants: readonly Grant[]
}

/**
 * Makes a further key. It can do no more than its maker; without a list it can do the same.
 * @throws HubError `FORBIDDEN`, with the permissions that its maker lacks
 */
export function createApiKey(
  hub: Foundation,
  maker: KeyMaker,
  workspaceId: string,
  input: { name: string; permissions?: Grant[] | undefined; expiresAt: Date | null },
): Promise<ApiKey & { secret: string }> {
  const permissions = [...new Set(input.permissions ?? maker.grants)]
  const lacking = permissions.filter(permission => !covers(maker.grants, permission))
  if (lacking.length > 0) {
    throw new HubError('FORBIDDEN', {
      message: 'A key cannot be given permissions that the key making it lacks.',
      details: { permissions: lacking },
    })
  }
  return hub.db.transaction().execute(async db => {
    const apiKey = await insertApiKey(db, workspaceId, { name: input.name, permissions, expiresAt: input.expiresAt })
    const entry = { workspaceId, actor: maker.actor, action: 'api_key.created', subjectId: apiKey.id }
    await writeAudit(db, { ...entry, details: { permissions } })
    return apiKey
  })
}

/** Revokes a key; once more is no error. @throws HubError `API_KEY_NOT_FOUND` */
export function removeApiKey(hub: Foundation, actor: string, workspaceId: string, id: string): Promise<void> {
  return hub.db.transaction().execute(async db => {
    if (!(await revokeApiKey(db, workspaceId, id))) return
    await writeAudit(db, { workspaceId, actor, action: 'api_key.revoked', subjectId: id })
  })
}
