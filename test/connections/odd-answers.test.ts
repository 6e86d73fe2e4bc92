import { exchangeAttempt } from '../../src/connections/attempts/exchange-attempt.ts'
import { completeAttempt } from '../../src/connections/attempts/finish-attempt.ts'
import { takeLease } from '../../src/connections/refresh/lease-store.ts'
import { spendLease } from '../../src/connections/refresh/refresh.ts'
import { findConnection } from '../../src/connections/store.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { oddFailures, oddSuccesses, type OddAnswer } from '../grants/answers.ts'
import { createApp } from './accounts.ts'
import { attemptWithCode, secretsOf, tokensOf } from './attempts.ts'
import { startPlatform } from './platform.ts'

const hub = await createTestHub()
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const { workspaceId } = workspace
const platform = await startPlatform()
const quickbooks = await createApp(workspace, platform.url, 'quickbooks')

let answer: OddAnswer
platform.answerBy(({ path }) => {
  if (path.includes('companyinfo')) return { status: 200, body: { CompanyInfo: { CompanyName: 'A\0B' } } }
  const { status, headers, body } = answer
  return { status, headers: { 'content-type': '', ...headers }, text: body }
})
const tokenCalls = () => platform.calls.splice(0).filter(({ path }) => path.includes('/tokens/bearer')).length
let realm = 1_000

/** A connection whose first token has just been won, by an answer that is not odd. */
async function connected(): Promise<string> {
  const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId: String(++realm) })
  const body = JSON.stringify({ access_token: 'first', refresh_token: 'first-r', scope: 'first' })
  answer = { name: '', status: 200, headers: {}, body, expected: { kind: 'failure', failure: 'down' } }
  await exchangeAttempt(hub, ref)
  await completeAttempt(hub, ref, 'test')
  tokenCalls()
  return ref.connectionId
}
async function refresh(id: string) {
  const { generation } = await findConnection(hub.db, workspaceId, id)
  const lease = await takeLease(hub, workspaceId, id, generation, 'test')
  return spendLease(hub, lease!, { actor: 'test' })
}
const lifeMs = async (id: string) =>
  (await findConnection(hub.db, workspaceId, id)).accessExpiresAt!.getTime() - Date.now()

describe('an odd answer', () => {
  it('to an exchange connects the account, with one call', async () => {
    for (const odd of oddSuccesses(120, turn => `at-${turn}`)) {
      if (odd.expected.kind !== 'grant') throw new Error('not a success')
      const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId: String(++realm) })
      answer = odd
      await exchangeAttempt(hub, ref)
      expect([odd.name, await completeAttempt(hub, ref, 'test')]).toEqual([odd.name, 'completed'])
      const { refreshToken, scopes = ['asked'] } = odd.expected
      const connection = await findConnection(hub.db, workspaceId, ref.connectionId)
      expect([odd.body, connection]).toMatchObject([
        odd.body,
        { status: 'connected', generation: 1, externalAccountName: 'AB', scopes },
      ])
      expect(await tokensOf(hub, workspaceId, ref.connectionId)).toMatchObject({
        accessToken: `at-${odd.name.split(':')[0]}`,
        ...(refreshToken === undefined ? {} : { refreshToken }),
      })
      expect(Math.abs((await lifeMs(ref.connectionId)) - odd.expected.lifeMs)).toBeLessThan(5_000)
      expect([await secretsOf(hub, workspaceId, ref.attemptId), tokenCalls()]).toEqual([[], 1])
    }
  })

  it('to a refresh keeps the connection, and the refresh token that is not given again', async () => {
    const id = await connected()
    let kept = 'first-r'
    let granted = ['first']
    for (const odd of oddSuccesses(120, turn => `at-${turn}`)) {
      if (odd.expected.kind !== 'grant') throw new Error('not a success')
      answer = odd
      expect([odd.name, odd.body, await refresh(id)]).toEqual([odd.name, odd.body, { outcome: 'refreshed' }])
      kept = odd.expected.refreshToken ?? kept
      granted = odd.expected.scopes ?? granted
      const accessToken = `at-${odd.name.split(':')[0]}`
      expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken, refreshToken: kept })
      expect((await findConnection(hub.db, workspaceId, id)).scopes).toEqual(granted)
      expect(Math.abs((await lifeMs(id)) - odd.expected.lifeMs)).toBeLessThan(5_000)
      expect([await secretsOf(hub, workspaceId, id), tokenCalls()]).toEqual([['tokens'], 1])
    }
  })

  it('that refuses a code ends its attempt at once, and an outage does not', async () => {
    const codes = {
      dead_grant: ['OAUTH_FAILED', false],
      refused: ['OAUTH_FAILED', false],
      bad_client: ['CLIENT_REFUSED', false],
      rate_limited: ['RATE_LIMITED', true],
      down: ['PROVIDER_ERROR', true],
    }
    for (const odd of oddFailures()) {
      if (odd.expected.kind !== 'failure') throw new Error('not a failure')
      const ref = await attemptWithCode(hub, workspace, quickbooks, { realmId: String(++realm) })
      answer = odd
      const error = (await exchangeAttempt(hub, ref).catch((caught: unknown) => caught)) as Record<string, unknown>
      expect([odd.name, error.code, error.retryable]).toEqual([odd.name, ...codes[odd.expected.failure]])
    }
  })

  it('that says a grant is dead asks for its person at once, and an outage does not', async () => {
    const statuses = {
      dead_grant: 'needs_reauth',
      refused: 'connected',
      bad_client: 'error',
      rate_limited: 'connected',
      down: 'connected',
    }
    const id = await connected()
    for (const odd of oddFailures()) {
      if (odd.expected.kind !== 'failure') throw new Error('not a failure')
      answer = odd
      await hub.pool.query(
        `update connections set status = 'connected', status_reason = null, refresh_failures = 0, ambiguous_since = null,
           refused_at = null where id = $1`,
        [id],
      )
      await refresh(id)
      const { status } = await findConnection(hub.db, workspaceId, id)
      expect([odd.name, status]).toEqual([odd.name, statuses[odd.expected.failure]])
      expect(await tokensOf(hub, workspaceId, id)).toEqual({ accessToken: 'first', refreshToken: 'first-r' })
    }
  })
})
