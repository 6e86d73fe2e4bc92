import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { requestDisconnect, revokeAtProvider } from '../../src/connections/ending/disconnect.ts'
import { exchangeAttempt } from '../../src/connections/attempts/exchange-attempt.ts'
import { failAttempt } from '../../src/connections/attempts/fail-attempt.ts'
import { completeAttempt } from '../../src/connections/attempts/finish-attempt.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { takeLease, type RefreshLease } from '../../src/connections/refresh/lease-store.ts'
import { spendLease } from '../../src/connections/refresh/refresh.ts'
import { findConnection } from '../../src/connections/store.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { createApp } from './accounts.ts'
import { attemptWithCode, secretsOf, tokensOf } from './attempts.ts'
import { startPlatform, type PlatformAnswer } from './platform.ts'

const leaseMs = 3_000
const hub = await createTestHub({ connectionSettings: { ...connectionSettings, leaseMs, tokenCallTimeoutMs: 300 } })
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const { workspaceId } = workspace
const platform = await startPlatform()
const quickbooks = await createApp(workspace, platform.url, 'quickbooks')

let tokens: Record<string, unknown>
let identity: PlatformAnswer
let revocation: PlatformAnswer
beforeEach(() => {
  tokens = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'bearer' }
  identity = { status: 200, body: { CompanyInfo: { CompanyName: 'A' } } }
  revocation = { status: 200 }
  platform.calls.splice(0)
})
platform.answerBy(({ path }) => {
  if (path.includes('companyinfo')) return identity
  return path.includes('/tokens/bearer') ? { status: 200, body: tokens } : revocation
})
const calls = (part: string) => platform.calls.filter(({ path }) => path.includes(part)).map(({ body }) => body)
let realm = 2_000

async function connect(realmId = String(++realm)): Promise<string> {
  const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId })
  await exchangeAttempt(hub, ref)
  expect(await completeAttempt(hub, ref, 'test')).toBe('completed')
  platform.calls.splice(0)
  return ref.connectionId
}
async function refresh(id: string) {
  const { generation } = await findConnection(hub.db, workspaceId, id)
  const lease = await takeLease(hub, workspaceId, id, generation, 'test')
  return spendLease(hub, lease!, { actor: 'test' })
}

/** A lease that another may take at once, though its holder does not know that it has passed. */
async function lapsedLease(id: string, generation: number): Promise<RefreshLease> {
  const lease = await takeLease(hub, workspaceId, id, generation, randomUUID())
  await hub.pool.query(`update connections set lease_until = now() - interval '1 second' where id = $1`, [id])
  return lease!
}

/** Every change of a connection's generation fails, as by a value that cannot be stored. */
async function whileNothingIsAdopted(work: () => Promise<void>): Promise<void> {
  await hub.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
      raise 'cannot be stored' using errcode = '22007'; end $$`)
  await hub.pool.query(`create trigger refuse before update on connections for each row
      when (new.generation > old.generation) execute function refuse()`)
  try {
    await work()
  } finally {
    await hub.pool.query('drop trigger refuse on connections')
    await hub.pool.query('drop function refuse')
  }
}

describe('a token that was won', () => {
  it('by a refresh outlasts an error in its adoption: the next try adopts it and spends nothing', async () => {
    const id = await connect()
    tokens = { access_token: 'at-2', refresh_token: 'rt-2' }
    await whileNothingIsAdopted(async () => {
      await expect(refresh(id)).rejects.toMatchObject({ code: '22007' })
      expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'at-1', refreshToken: 'rt-1' })
    })
    await sleep(leaseMs)
    expect(await refresh(id)).toEqual({ outcome: 'refreshed' })
    expect(calls('/tokens/bearer')).toHaveLength(1)
    expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'at-2', refreshToken: 'rt-2' })
    expect(await secretsOf(hub, workspaceId, id)).toEqual(['tokens'])
    expect((await findConnection(hub.db, workspaceId, id)).generation).toBe(2)
  })

  it('and stored by an earlier holder is not spent by who has taken the lease meanwhile', async () => {
    const id = await connect()
    const { generation } = await findConnection(hub.db, workspaceId, id)
    tokens = { access_token: 'at-2', refresh_token: 'rt-2' }
    const [earlier, later] = [await lapsedLease(id, generation), await lapsedLease(id, generation)]
    expect(await spendLease(hub, earlier, { actor: 'test' })).toEqual({ outcome: 'refreshed' })
    tokens = { access_token: 'at-3', refresh_token: 'rt-3' }
    expect(await spendLease(hub, later, { actor: 'test' })).toEqual({ outcome: 'fresh' })
    expect(calls('/tokens/bearer')).toHaveLength(1)
    expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'at-2', refreshToken: 'rt-2' })
    expect(await findConnection(hub.db, workspaceId, id)).toMatchObject({ generation: generation + 1 })
  })

  it('by a refresh is what a reconnect without a refresh token keeps', async () => {
    const id = await connect()
    const { realmId } = (await findConnection(hub.db, workspaceId, id)).config as { realmId: string }
    tokens = { access_token: 'at-2', refresh_token: 'rt-2' }
    await whileNothingIsAdopted(() => expect(refresh(id)).rejects.toMatchObject({ code: '22007' }))
    const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId, connectionId: id })
    tokens = { access_token: 'at-3', refresh_token: null, scope: '' }
    await exchangeAttempt(hub, ref)
    await completeAttempt(hub, ref, 'test')
    expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'at-3', refreshToken: 'rt-2' })
    expect(await secretsOf(hub, workspaceId, id)).toEqual(['tokens'])
  })

  it.each([
    ['an error in its adoption', whileNothingIsAdopted],
    [
      'a platform that cannot say whose it is',
      async (work: () => Promise<void>) => {
        const good = identity
        identity = { status: 503 }
        await work()
        identity = good
      },
    ],
  ])('by an exchange outlasts %s', async (_what, trouble) => {
    const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId: String(++realm) })
    await trouble(async () => {
      await exchangeAttempt(hub, ref)
      await expect(completeAttempt(hub, ref, 'test')).rejects.toThrow()
    })
    await exchangeAttempt(hub, ref)
    expect(await completeAttempt(hub, ref, 'test')).toBe('completed')
    expect(calls('/tokens/bearer')).toHaveLength(1)
    expect(await tokensOf(hub, workspaceId, ref.connectionId)).toEqual({ accessToken: 'at-1', refreshToken: 'rt-1' })
  })
})

describe('reconnecting', () => {
  it('keeps a refresh token that is not given again, with its times and scopes', async () => {
    const id = await connect()
    const before = await findConnection(hub.db, workspaceId, id)
    const { realmId } = before.config as { realmId: string }
    const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId, connectionId: id })
    tokens = { access_token: 'at-2' }
    await exchangeAttempt(hub, ref)
    await completeAttempt(hub, ref, 'test')
    expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'at-2', refreshToken: 'rt-1' })
    const { refreshAt, refreshExpiresAt, absoluteExpiresAt, scopes } = await findConnection(hub.db, workspaceId, id)
    expect(refreshAt).not.toBeNull()
    expect({ refreshExpiresAt, absoluteExpiresAt, scopes }).toEqual({
      refreshExpiresAt: before.refreshExpiresAt,
      absoluteExpiresAt: before.absoluteExpiresAt,
      scopes: before.scopes,
    })
  })
})

describe('an attempt that fails', () => {
  /** Someone reconnects `id` with another account. */
  async function mismatch(id: string, realmId: string) {
    const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId, connectionId: id })
    tokens = { access_token: 'at-other', refresh_token: 'rt-other' }
    await exchangeAttempt(hub, ref)
    await expect(completeAttempt(hub, ref, 'test')).rejects.toMatchObject({ code: 'ACCOUNT_MISMATCH' })
    platform.calls.splice(0)
    const end = () => failAttempt(hub, ref, { to: 'failed', code: 'ACCOUNT_MISMATCH', actor: 'test' })
    return { ref, end }
  }
  const discarded = async (id: string) => {
    const { body } = await workspace.request('GET', `/v1/audit-log?subjectId=${id}`)
    return body.data.filter(entry => entry.action === 'connection.grant_discarded').map(entry => entry.details)
  }

  it('revokes what it was given, and says so', async () => {
    const id = await connect()
    const { ref, end } = await mismatch(id, String(++realm))
    expect(await end()).toBe('failed')
    expect(calls('/revoke')).toEqual(['token_type_hint=refresh_token&token=rt-other'])
    expect(await secretsOf(hub, workspaceId, ref.attemptId)).toEqual([])
    expect(await discarded(id)).toEqual([{ attemptId: ref.attemptId, grant: 'revoked' }])
    expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'at-1', refreshToken: 'rt-1' })
    expect(await end()).toBe('failed')
    expect(calls('/revoke')).toHaveLength(1)
  })

  it('never revokes the grant of a living connection', async () => {
    const realmId = String(++realm)
    await connect(realmId)
    const id = await connect()
    const { ref, end } = await mismatch(id, realmId)
    await end()
    expect(calls('/revoke')).toEqual([])
    expect(await secretsOf(hub, workspaceId, ref.attemptId)).toEqual([])
    expect(await discarded(id)).toEqual([{ attemptId: ref.attemptId, grant: 'shared' }])
  })

  it('is over although the platform does not revoke, and tells that', async () => {
    const id = await connect()
    const { ref, end } = await mismatch(id, String(++realm))
    revocation = { status: 503 }
    expect(await end()).toBe('failed')
    expect(await discarded(id)).toEqual([{ attemptId: ref.attemptId, grant: 'not_revoked' }])
    expect(await secretsOf(hub, workspaceId, ref.attemptId)).toEqual([])
  })

  it('is revoked by the next try where the first died in between', async () => {
    const id = await connect()
    const { ref } = await mismatch(id, String(++realm))
    await hub.pool.query(`update connect_attempts set status = 'failed' where id = $1`, [ref.attemptId])
    expect(await completeAttempt(hub, ref, 'test')).toBe('failed')
    expect(calls('/revoke')).toHaveLength(1)
  })
})

describe('disconnecting', () => {
  const ref = (connectionId: string) => ({ workspaceId, connectionId, provider: 'quickbooks' })

  it('revokes the grant with the last connection that may hold it', async () => {
    const realmId = String(++realm)
    const [one, two] = [await connect(realmId), await connect(realmId)]
    await requestDisconnect(hub, workspaceId, one, 'test')
    expect(await revokeAtProvider(hub, ref(one))).toBe(false)
    expect(calls('/revoke')).toEqual([])
    await requestDisconnect(hub, workspaceId, two, 'test')
    expect(await revokeAtProvider(hub, ref(two))).toBe(true)
    expect(calls('/revoke')).toHaveLength(1)
  })

  it('revokes what a refresh has won last, adopted or not', async () => {
    const id = await connect()
    tokens = { access_token: 'at-2', refresh_token: 'rt-2' }
    await whileNothingIsAdopted(() => expect(refresh(id)).rejects.toMatchObject({ code: '22007' }))
    await requestDisconnect(hub, workspaceId, id, 'test')
    expect(await revokeAtProvider(hub, ref(id))).toBe(true)
    expect(calls('/revoke')).toEqual(['token_type_hint=refresh_token&token=rt-2'])
  })
})
