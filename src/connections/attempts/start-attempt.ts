import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { newId } from '../../ids.ts'
import { stateHash } from '../../grants/authorize.ts'
import { scopesOf } from '../../grants/scopes.ts'
import { isVisited, visitOf } from '../../grants/visit.ts'
import { holdApp } from '../../provider-apps/hold.ts'
import { readUrl } from '../../outgoing/url.ts'
import { startSoon } from '../../temporal/start.ts'
import { attemptPlace, insertAttempt, type ConnectAttempt } from './attempt-store.ts'
import { holdPlatform } from '../platforms/hold.ts'
import { grantingOf } from '../granting.ts'
import type { Connection } from '../store.ts'
import { connectAccountStart } from '../workflow-starts.ts'

export interface AttemptOptions {
  /** Where the person is sent afterwards; its origin must be on the workspace's list. */
  returnUrl: string | null
  /** Empty: the app's, else the provider's default. */
  scopes: string[]
}

export interface StartedAttempt {
  attempt: ConnectAttempt
  /** Where the person's browser has to go: the platform's page. */
  authorizationUrl: string
  /** The same by way of the hub, which binds the attempt to the browser. */
  connectUrl: string
}

/**
 * Begins a connect attempt for a connection that is written, or locked, in `write`'s transaction: a fresh state and PKCE
 * verifier, the verifier sealed. Its workflow is started after the commit.
 * @throws HubError `PROVIDER_APP_MISSING`, `INVALID_PROVIDER`, and what `write` throws
 */
export async function startAttempt(
  hub: ConnectionParts,
  connecting: Pick<Connection, 'workspaceId' | 'provider' | 'providerAppId' | 'method' | 'config'>,
  options: AttemptOptions,
  write: (trx: Executor, scopes: string[]) => Promise<Connection>,
): Promise<StartedAttempt & { connection: Connection }> {
  const { workspaceId, provider } = connecting
  const { definition, method, app } = await grantingOf(hub, { ...connecting, scopes: options.scopes })
  if (!isVisited(method)) {
    throw new HubError('INVALID_REQUEST', { message: `${definition.name} is connected by credentials.` })
  }
  const scopes = scopesOf(method, options.scopes, app.scopes)
  const { publicUrl } = hub.config.http
  const redirectUri = `${publicUrl}/oauth/callback/${provider}`
  const attemptId = newId('connectAttempt')
  const asking = { definition, app, config: connecting.config, redirectUri, scopes }
  const authorization = await visitOf(method, asking, `${publicUrl}/oauth/delivery/${attemptId}`)
  const lifetimeMs = hub.connectionSettings.attemptLifetimeMs
  const { connection, attempt } = await hub.db.transaction().execute(async trx => {
    await holdApp(trx, connecting, app.baseUrls)
    await holdPlatform(hub, trx, workspaceId, definition)
    const connection = await write(trx, scopes)
    const attempt = await insertAttempt(trx, {
      id: attemptId,
      workspaceId,
      connectionId: connection.id,
      provider,
      method: connecting.method,
      stateHash: stateHash(authorization.state),
      redirectUri,
      returnUrl: options.returnUrl,
      scopes,
      lifetimeMs,
    })
    const { verifier, url } = authorization
    await hub.credentials.put(trx, attemptPlace(attempt, 'address'), url)
    if (verifier !== undefined) await hub.credentials.put(trx, attemptPlace(attempt, 'verifier'), verifier)
    return { connection, attempt }
  })
  await startSoon(
    hub.temporal,
    hub.log,
    connectAccountStart({
      workspaceId,
      connectionId: connection.id,
      provider,
      attemptId: attempt.id,
      waitMs: lifetimeMs,
      chooseMs: hub.connectionSettings.chooseForMs,
    }),
  )
  const connectUrl = `${publicUrl}/oauth/begin/${provider}?state=${authorization.state}`
  return { connection, attempt, authorizationUrl: authorization.url, connectUrl }
}

/**
 * Refuses a return URL whose origin is not on the workspace's list, or that a browser would not open as it is written.
 * @throws HubError `INVALID_REDIRECT`
 */
export function assertReturnUrl(returnUrl: string, redirectOrigins: string[]): void {
  const read = readUrl(returnUrl)
  if ('fault' in read) {
    const details = [{ path: 'body.returnUrl', message: read.fault }]
    throw new HubError('INVALID_REDIRECT', { message: `${read.fault}.`, details })
  }
  if (!redirectOrigins.includes(read.url.origin)) throw new HubError('INVALID_REDIRECT')
}
