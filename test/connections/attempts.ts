import { randomBytes } from 'node:crypto'
import {
  attemptPlace,
  insertAttempt,
  takeCallback,
  type AttemptRef,
} from '../../src/connections/attempts/attempt-store.ts'
import { insertConnection } from '../../src/connections/store.ts'
import type { Secret } from '../../src/grants/grant.ts'
import { tokensPlace } from '../../src/connections/tokens/tokens.ts'
import type { Hub } from '../../src/hub.ts'
import { newId } from '../../src/ids.ts'
import type { TestWorkspace } from '../support/hub.ts'

const provider = 'quickbooks'

/** An attempt whose callback has come, of a connection that is made for it unless one is given; no workflow knows of it. */
export async function attemptWithCode(
  hub: Hub,
  { workspaceId }: TestWorkspace,
  providerAppId: string,
  { connectionId, realmId }: { connectionId?: string; realmId: string },
): Promise<AttemptRef & { connectionId: string }> {
  const id = connectionId ?? newId('connection')
  if (connectionId === undefined) {
    const environment = 'production'
    await insertConnection(hub.db, {
      id,
      workspaceId,
      provider,
      providerAppId,
      environment,
      authKind: 'oauth2',
      method: 'oauth',
    })
  }
  const attempt = await insertAttempt(hub.db, {
    id: newId('connectAttempt'),
    workspaceId,
    connectionId: id,
    provider,
    method: 'oauth',
    stateHash: randomBytes(32),
    redirectUri: 'https://hub.example/oauth/callback/quickbooks',
    returnUrl: null,
    scopes: ['asked'],
    lifetimeMs: 60_000,
  })
  await takeCallback(hub.db, attempt, { to: 'code_received', captured: { realmId }, errorCode: null })
  await hub.credentials.put(hub.db, attemptPlace(attempt, 'code'), 'code-1')
  return { workspaceId, attemptId: attempt.id, connectionId: id }
}

/** A connection's own tokens. */
export function tokensOf(hub: Hub, workspaceId: string, id: string): Promise<Secret | undefined> {
  return hub.credentials.get<Secret>(hub.db, tokensPlace({ workspaceId, id }))
}

/** Which secrets an owner has. */
export async function secretsOf(hub: Hub, workspaceId: string, ownerId: string): Promise<string[]> {
  return [...((await hub.credentials.fieldsOf(hub.db, workspaceId, [ownerId])).get(ownerId) ?? [])].sort()
}
