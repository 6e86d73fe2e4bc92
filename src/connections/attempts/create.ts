import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { newId } from '../../ids.ts'
import { findWorkspace } from '../../workspaces/store.ts'
import { writeAudit } from '../../audit/log.ts'
import { withDefaults } from '../../grants/check-field-values.ts'
import { isVisited } from '../../grants/visit.ts'
import { checkConfig } from '../tokens/check-config.ts'
import { connectByKey, replaceKey } from '../tokens/connect-key.ts'
import { importConnection, type ImportedTokens } from '../tokens/import-connection.ts'
import { beginsBy, methodOf } from '../method.ts'
import { planConnection } from './plan.ts'
import { assertReturnUrl, startAttempt, type StartedAttempt } from './start-attempt.ts'
import { findConnection, insertConnection, lockConnection, type Connection } from '../store.ts'

/** What a caller asks to be connected. */
export interface ConnectRequest {
  provider: string
  /** The id of a method; undefined where what is given leaves one only. */
  method: string | undefined
  providerAppId: string | null
  /** Undefined: the provider's first. */
  environment: string | undefined
  scopes: string[]
  metadata: Record<string, unknown>
  /** The product's user whose it is. */
  ownerId: string | null
  tags: string[]
  returnUrl: string | null
  /** What the method asks for beside the credential, by the names of its fields. */
  config: Record<string, string>
  /** What is given to connect at once, by the names of the method's fields. */
  credentials: Record<string, string> | undefined
  import: (ImportedTokens & { config: Record<string, string> }) | undefined
}

/** The connection, and where to send its person when there is one to ask. */
export type Connecting = { connection: Connection } & Partial<StartedAttempt>

/**
 * Connects an account: by key or by tokens from elsewhere at once, else through its person.
 * @throws HubError `INVALID_PROVIDER`, `INVALID_REQUEST`, `INVALID_REDIRECT`, `PROVIDER_APP_NOT_FOUND`, `PROVIDER_APP_MISSING`,
 * `INVALID_CREDENTIALS`, `CLIENT_REFUSED`, `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED`
 */
export async function createConnection(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  request: ConnectRequest,
): Promise<Connecting> {
  const { definition, method, connecting } = await planConnection(hub, workspaceId, request)
  const { provider, scopes } = connecting
  if (request.import !== undefined) {
    const { config, ...tokens } = request.import
    return {
      connection: await importConnection(
        hub,
        { ...connecting, config: withDefaults(method.ask ?? [], config) },
        tokens,
        actor,
      ),
    }
  }
  const asked = { ...connecting, config: withDefaults(method.ask ?? [], request.config) }
  checkConfig(definition, method, asked.config)
  if (!isVisited(method)) return { connection: await connectByKey(hub, asked, request.credentials ?? {}, actor) }
  if (request.returnUrl !== null) await assertAllowed(hub, workspaceId, request.returnUrl)
  return startAttempt(hub, asked, { returnUrl: request.returnUrl, scopes }, async (trx, wanted) => {
    const id = newId('connection')
    await insertConnection(trx, { ...asked, id, authKind: method.kind, scopes: wanted })
    await writeAudit(trx, { workspaceId, actor, action: 'connection.created', subjectId: id, details: { provider } })
    return findConnection(trx, workspaceId, id)
  })
}

export interface ReconnectRequest {
  scopes: string[]
  returnUrl: string | null
  credentials: Record<string, string> | undefined
}

/**
 * Connects the same account of a connection again: with a new key at once, else through its person. Until that has succeeded the
 * connection stays as it is. @throws HubError as `createConnection`, and `CONNECTION_NOT_FOUND`, `CONFLICT`, `ACCOUNT_MISMATCH`
 */
export async function reconnectConnection(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  connectionId: string,
  request: ReconnectRequest,
): Promise<Connecting> {
  const current = await findConnection(hub.db, workspaceId, connectionId)
  if (current.status === 'disconnecting' || current.status === 'disconnected') {
    throw new HubError('CONFLICT', { message: `The connection is ${current.status}; create a new one.` })
  }
  const { method } = await methodOf(hub, current)
  if (!isVisited(method)) {
    if (!request.credentials && beginsBy(method, 'fields')) {
      throw new HubError('INVALID_REQUEST', { message: 'This connection takes credentials.' })
    }
    return { connection: await replaceKey(hub, current, request.credentials ?? {}, actor) }
  }
  if (request.credentials) {
    throw new HubError('INVALID_REQUEST', { message: 'This connection is connected through its person, not by a key.' })
  }
  if (request.returnUrl !== null) await assertAllowed(hub, workspaceId, request.returnUrl)
  const scopes = request.scopes.length > 0 ? request.scopes : current.scopes
  return startAttempt(hub, current, { returnUrl: request.returnUrl, scopes }, async trx => {
    const connection = await lockConnection(trx, workspaceId, connectionId)
    await writeAudit(trx, { workspaceId, actor, action: 'connection.reconnect_started', subjectId: connectionId })
    return connection
  })
}

async function assertAllowed(hub: ConnectionParts, workspaceId: string, returnUrl: string): Promise<void> {
  const { redirectOrigins } = await findWorkspace(hub.db, workspaceId)
  assertReturnUrl(returnUrl, redirectOrigins)
}
