import { createHmac, randomUUID } from 'node:crypto'
import { expireWebhookSecrets } from '../../src/provider-apps/webhook-secrets.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const server = await createTestServer(hub)

async function createApp(webhookSecret: string) {
  const body = { provider: 'github', name: 'Own app', webhookSecret }
  const { id } = (await workspace.request('POST', '/v1/provider-apps', body)).body
  const url = `/v1/provider-apps/${id}`
  return {
    url,
    change: (change: Record<string, unknown>) => workspace.request('PATCH', url, change),
    async send(secret: string) {
      const payload = '{"sender":{"id":1}}'
      const signature = createHmac('sha256', secret).update(payload).digest('hex')
      const answer = await server.inject({
        method: 'POST',
        url: `/webhooks/github/${id}`,
        payload,
        headers: {
          'x-github-event': 'push',
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': `sha256=${signature}`,
        },
      })
      return answer.statusCode
    },
    async fields() {
      const { rows } = await hub.pool.query<{ field: string }>(
        'select field from credentials where owner_id = $1 order by field',
        [id],
      )
      return rows.map(row => row.field)
    },
    overAt: (at: string) =>
      hub.pool.query(`update provider_apps set webhook_secret_overlap_ends_at = ${at} where id = $1`, [id]),
  }
}

const inSeconds = (at: unknown) => (Date.parse(at as string) - Date.now()) / 1_000

describe('a new webhook secret', () => {
  it('leaves what is still signed with the old one valid for a day, and says until when', async () => {
    const app = await createApp('first')
    expect((await workspace.request('GET', app.url)).body['webhookSecretOverlapEndsAt']).toBeNull()
    const changed = await app.change({ webhookSecret: 'second' })
    expect(changed.status).toBe(200)
    expect(inSeconds(changed.body['webhookSecretOverlapEndsAt'])).toBeCloseTo(86_400, -2)
    expect(JSON.stringify(changed.body)).not.toMatch(/"(first|second)"/)
    expect([await app.send('first'), await app.send('second'), await app.send('third')]).toEqual([202, 202, 401])

    await app.overAt('now()')
    expect((await workspace.request('GET', app.url)).body['webhookSecretOverlapEndsAt']).toBeNull()
    expect([await app.send('first'), await app.send('second')]).toEqual([401, 202])
    expect(await app.fields()).toEqual(['webhook_secret', 'webhook_secret_before'])
    expect(await expireWebhookSecrets(hub, 10)).toBe(1)
    expect(await expireWebhookSecrets(hub, 10)).toBe(0)
    expect(await app.fields()).toEqual(['webhook_secret'])
    expect(await app.send('second')).toBe(202)
  })

  it('takes the place of the old one at once, or for as long as is said, up to a week', async () => {
    const app = await createApp('first')
    await app.change({ webhookSecret: 'second', webhookSecretOverlapSeconds: 0 })
    expect([await app.send('first'), await app.send('second')]).toEqual([401, 202])
    expect(await app.fields()).toEqual(['webhook_secret'])
    const week = await app.change({ webhookSecret: 'third', webhookSecretOverlapSeconds: 604_800 })
    expect(inSeconds(week.body['webhookSecretOverlapEndsAt'])).toBeCloseTo(604_800, -2)
    for (const webhookSecretOverlapSeconds of [604_801, -1, 1.5, '60', null]) {
      const refused = await app.change({ webhookSecret: 'fourth', webhookSecretOverlapSeconds })
      expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    }
    expect([await app.send('second'), await app.send('third'), await app.send('fourth')]).toEqual([202, 202, 401])
  })

  it('keeps one earlier secret, and can be told that it has leaked', async () => {
    const app = await createApp('first')
    await app.change({ webhookSecret: 'second' })
    await app.change({ webhookSecret: 'third' })
    expect([await app.send('first'), await app.send('second'), await app.send('third')]).toEqual([401, 202, 202])
    await app.change({ webhookSecret: 'third' }) // the same again is no rotation
    expect(await app.send('second')).toBe(202)
    const ended = await app.change({ webhookSecretOverlapSeconds: 0 })
    expect(ended.body['webhookSecretOverlapEndsAt']).toBeNull()
    expect([await app.send('second'), await app.send('third')]).toEqual([401, 202])
    const nothing = await app.change({ webhookSecretOverlapSeconds: 60 })
    expect(nothing.body.error.details).toMatchObject([{ path: 'body.webhookSecretOverlapSeconds' }])
  })

  it('goes with the one before it when it is removed', async () => {
    const app = await createApp('first')
    await app.change({ webhookSecret: 'second' })
    const removed = await app.change({ webhookSecret: null })
    expect(removed.body).toMatchObject({ hasWebhookSecret: false, webhookSecretOverlapEndsAt: null })
    expect([await app.send('first'), await app.send('second')]).toEqual([404, 404])
    expect(await app.fields()).toEqual([])
    await app.change({ webhookSecret: 'third' })
    expect([await app.send('second'), await app.send('third')]).toEqual([401, 202])
  })

  it('does not open in the place of the other', async () => {
    const app = await createApp('first')
    await app.change({ webhookSecret: 'second' })
    await hub.pool.query(
      `update credentials c set sealed = o.sealed from credentials o
       where c.owner_id = o.owner_id and c.owner_id = $1 and c.field = 'webhook_secret' and o.field = 'webhook_secret_before'`,
      [app.url.split('/').pop()],
    )
    expect(await app.send('first')).toBe(500)
  })
})
