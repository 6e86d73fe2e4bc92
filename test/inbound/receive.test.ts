import { createHmac } from 'node:crypto'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

const hub = await createTestHub({ environment: { GITHUB_WEBHOOK_SECRET: 'of the environment' } })
const workspace = await createWorkspace(hub)
const github = await createSender(hub, workspace, 'github')

describe('receiving webhooks', () => {
  const waiting = async () => (await hub.pool.query('select event_id from inbound_queue')).rowCount

  it('keeps a verified webhook, with its bytes and without its signature', async () => {
    const body = Buffer.from('{ "sender": {"id": 1},\n  "zen": "ünïcode" }')
    expect(await github.github('push', body, 'guid-1')).toEqual({ status: 202, body: { accepted: 1, duplicates: 0 } })
    const { rows } = await hub.pool.query<{ body: Buffer; headers: unknown; status: string; workspace_id: string }>(
      `select body, headers, status, workspace_id from inbound_events where delivery_id = 'guid-1'`,
    )
    expect(rows[0]?.body.equals(body)).toBe(true)
    expect(rows[0]).toMatchObject({ status: 'received', workspace_id: workspace.workspaceId })
    expect(rows[0]?.headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'lightMyRequest',
      'x-github-event': 'push',
      'x-github-delivery': 'guid-1',
    })
  })

  it('makes one event of what is sent twice, even at once', async () => {
    const before = await waiting()
    const answers = await Promise.all(Array.from({ length: 8 }, () => github.github('push', { a: 1 }, 'guid-2')))
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202])
    expect(await waiting()).toBe(before! + 1)
  })

  it('refuses a missing, wrong or old signature, and keeps nothing of it', async () => {
    const before = await waiting()
    const body = Buffer.from('{}')
    const unsigned = await github.post({ 'x-github-event': 'push' }, body)
    const wrong = await github.post(
      { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
      body,
    )
    const stripe = await createSender(hub, workspace, 'stripe')
    const old = await stripe.stripe({ id: 'evt_1', type: 'customer.created' }, new Date(Date.now() - 301_000))
    for (const answer of [unsigned, wrong, old]) {
      expect(answer.status).toBe(401)
      expect(answer.body.error?.code).toBe('SIGNATURE_INVALID')
    }
    expect(await waiting()).toBe(before)
    expect((await stripe.stripe({ id: 'evt_1', type: 'customer.created' })).status).toBe(202)
  })

  it('does not know other addresses', async () => {
    const app = await createTestServer(hub)
    const without = await workspace.request('POST', '/v1/provider-apps', { provider: 'github', name: 'No secret' })
    const addresses = [
      '/webhooks/nobody',
      '/webhooks/github/app_01jb0000000000000000000000',
      `/webhooks/stripe/${github.id}`,
      '/webhooks/stripe',
      `/webhooks/github/${without.body.id}`,
      '/webhooks/github/a/b',
    ]
    for (const url of addresses) {
      const answer = await app.inject({ method: 'POST', url, payload: '{}' })
      expect([url, answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([
        url,
        404,
        'WEBHOOK_NOT_FOUND',
      ])
    }
  })

  it('takes the bare address for the environment’s app, whose events are nobody’s yet', async () => {
    const app = await createTestServer(hub)
    const payload = Buffer.from('{"sender":{"id":5}}')
    const signature = createHmac('sha256', 'of the environment').update(payload).digest('hex')
    const answer = await app.inject({
      method: 'POST',
      url: '/webhooks/github',
      payload,
      headers: {
        'x-github-event': 'star',
        'x-github-delivery': 'guid-1',
        'x-hub-signature-256': `sha256=${signature}`,
      },
    })
    expect(answer.statusCode).toBe(202)
    const { rows } = await hub.pool.query(
      `select workspace_id, provider_app_id from inbound_events where type = 'star'`,
    )
    expect(rows).toEqual([{ workspace_id: null, provider_app_id: null }])
  })

  it('refuses a signed body that is not JSON, or is too large', async () => {
    expect((await github.github('push', Buffer.from('no json'))).body.error?.code).toBe('INVALID_REQUEST')
    const quickbooks = await createSender(hub, workspace, 'quickbooks')
    const large = await quickbooks.post({}, Buffer.alloc(2 * 1024 * 1024 + 1, ' '))
    expect([large.status, large.body.error?.code]).toEqual([413, 'BODY_TOO_LARGE'])
  })
})
