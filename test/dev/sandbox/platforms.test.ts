import { createHmac } from 'node:crypto'
import { sandboxControl } from '../../../dev/sandbox/control-client.ts'
import { type Sandbox, startSandbox } from '../../../dev/sandbox/server.ts'
import { githubClient, stripeKey } from '../../../dev/sandbox/settings.ts'
import { githubExample } from '../../../dev/sandbox/platforms/github/webhooks.ts'
import { startReceiver } from '../../../dev/receiver/receiver.ts'
import { basic, call, connectGithub, githubToken } from './account.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

describe('GitHub', () => {
  const user = (token: unknown) =>
    call(`${sandbox.url}/github/user`, { headers: { authorization: `Bearer ${String(token)}`, 'user-agent': 'test' } })

  it('gives a token without expiry, and tells its scopes', async () => {
    const { status, body } = await connectGithub(sandbox.url)
    expect([status, body]).toEqual([
      200,
      { access_token: expect.stringMatching(/^gho_/) as string, scope: 'repo,read:user', token_type: 'bearer' },
    ])
    const me = await user(body['access_token'])
    expect([me.status, me.body['login'], me.headers.get('x-oauth-scopes')]).toEqual([200, 'octocat', 'repo, read:user'])
  })

  it('answers a bad code with 200 and an error in the body', async () => {
    const answer = await githubToken(sandbox.url, { code: 'wrong' })
    expect([answer.status, answer.body['error']]).toEqual([200, 'bad_verification_code'])
  })

  it('takes a grant back', async () => {
    const { body } = await connectGithub(sandbox.url, 'gist')
    const revoke = (secret: string) =>
      fetch(`${sandbox.url}/github/applications/${githubClient.id}/grant`, {
        method: 'DELETE',
        headers: basic(githubClient.id, secret),
        body: JSON.stringify({ access_token: body['access_token'] }),
      })
    expect((await revoke('wrong')).status).toBe(404)
    expect((await user(body['access_token'])).status).toBe(200)
    expect((await revoke(githubClient.secret)).status).toBe(204)
    expect((await user(body['access_token'])).status).toBe(401)
  })
})

describe('Stripe', () => {
  const api = (path: string, init: RequestInit = {}, key = stripeKey) =>
    call(`${sandbox.url}/stripe${path}`, { ...init, headers: { ...basic(key, ''), ...(init.headers as object) } })

  it('knows its keys, and names a wrong one masked', async () => {
    expect((await api('/v1/account')).body).toMatchObject({ object: 'account', id: 'acct_1SandboxOne' })
    const refused = await api('/v1/account', {}, 'sk_test_not_a_key_at_all')
    expect(refused.status).toBe(401)
    expect(refused.body).toEqual({
      error: { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_************_all' },
    })
  })

  it('pages by cursor, newest first, and creates once for one idempotency key', async () => {
    const create = (name: string, key: string) =>
      api('/v1/customers', {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: new URLSearchParams({ name, 'metadata[plan]': 'gold' }),
      })
    for (let n = 1; n <= 5; n++) await create(`Customer ${n}`, `key-${n}`)
    expect((await create('Customer 5', 'key-5')).body).toMatchObject({ name: 'Customer 5', metadata: { plan: 'gold' } })
    const names: string[] = []
    for (let after = ''; ;) {
      const { body } = await api(`/v1/customers?limit=2${after && `&starting_after=${after}`}`)
      const data = body['data'] as { id: string; name: string }[]
      names.push(...data.map(customer => customer.name))
      if (!body['has_more']) break
      after = data.at(-1)?.id ?? ''
    }
    expect(names).toEqual([5, 4, 3, 2, 1].map(n => `Customer ${n}`))
  })
})

describe('webhooks', () => {
  it.each([
    [
      'github',
      'x-hub-signature-256',
      (body: string) => `sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`,
    ],
    ['quickbooks', 'intuit-signature', (body: string) => createHmac('sha256', 's3cret').update(body).digest('base64')],
  ] as const)('of %s are signed over the bytes sent', async (platform, header, sign) => {
    const seen: { signature: string | undefined; body: string }[] = []
    const { createServer } = await import('node:http')
    const server = createServer((req, res) => {
      let body = ''
      req.on('data', (chunk: Buffer) => (body += chunk.toString()))
      req.on('end', () => {
        seen.push({ signature: req.headers[header] as string | undefined, body })
        res.writeHead(202).end('taken')
      })
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`
    const common = { url, secret: 's3cret' }
    const sent = await sandboxControl(sandbox.url).sendWebhook(
      platform === 'github'
        ? { platform, ...common, event: 'push' }
        : { platform, ...common, realmId: '12345', entities: [{ id: '7' }] },
    )
    server.close()
    expect(sent).toMatchObject({ status: 202, body: 'taken' })
    expect(seen[0]?.signature).toBe(sign(seen[0]?.body ?? ''))
    if (platform === 'github') expect(JSON.parse(seen[0]?.body ?? '')).toEqual(githubExample('push'))
    else expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ eventNotifications: [{ realmId: '12345' }] })
  })

  it('report a receiver that refuses, or is not there', async () => {
    const receiver = await startReceiver()
    receiver.hook('x').answerWith(500)
    const send = () =>
      sandboxControl(sandbox.url).sendWebhook({ platform: 'stripe', url: receiver.hook('x').url, secret: 's' })
    expect((await send()).status).toBe(500)
    await receiver.stop()
    expect((await send()).status).toBe(0)
  })
})
