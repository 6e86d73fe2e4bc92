import { tokenReads } from '../../src/http/routes/connections/token.ts'
import { call, type AnyBody } from '../support/hub.ts'
import { createMadeHub, madeApp, tokens } from '../grants/made.ts'
import { startPlatform } from './platform.ts'

const field = (name: string, more: object = {}) => ({ name, label: name, ...more })
const { hub, app, workspace } = await createMadeHub({
  pair: {
    auth: [
      {
        ...{ kind: 'api_key', id: 'pair', label: 'Keys', help: 'Settings' },
        fields: [field('user'), field('password', { secret: true })],
        placement: { in: 'basic', user: '{user}', password: '{password}' },
      },
    ],
  },
  'own-client': {
    auth: [
      {
        ...{ kind: 'client_credentials', id: 'client', ...tokens, clientAuth: 'basic' },
        fields: [field('clientId'), field('clientSecret', { secret: true })],
        placement: [{ in: 'bearer' }, { in: 'header', name: 'x-client', value: '{clientId}' }],
      },
    ],
  },
})
const platform = await startPlatform()
platform.answerBy(({ path }) =>
  path === '/token'
    ? { status: 200, body: { access_token: 'at-1', token_type: 'Bearer', expires_in: 3600 } }
    : { status: 200, body: { id: 7, name: 'Seven' } },
)

async function connect(provider: string, credentials: Record<string, string>): Promise<string> {
  const providerAppId = await madeApp(hub, workspace, platform, provider)
  const { status, body } = await workspace.request<{ connection: { id: string } }>('POST', '/v1/connections', {
    ...{ provider, providerAppId, credentials },
  })
  expect(status).toBe(201)
  return body.connection.id
}
const pair = await connect('pair', { user: 'ck_1', password: 'cs_2' })
const read = (id: string, key = workspace.apiKey) => call(app, key, 'GET', `/v1/connections/${id}/token`)

describe('the token of a connection', () => {
  it('comes with all its parts, where it has several', async () => {
    expect((await read(pair)).body).toEqual({
      accessToken: 'ck_1',
      fields: { user: 'ck_1', password: 'cs_2' },
      expiresAt: null,
    })
  })

  it('comes without what it was got with', async () => {
    const id = await connect('own-client', { clientId: 'mine', clientSecret: 'hush' })
    const { body } = await read(id)
    expect(body).toMatchObject({ accessToken: 'at-1', fields: { clientId: 'mine' } })
    expect(Date.parse(body.expiresAt as string)).toBeGreaterThan(Date.now())
    expect(JSON.stringify(body)).not.toContain('hush')
  })

  it('is written into the audit log before it is given, with who asked', async () => {
    const { body: key } = await workspace.request<AnyBody>('POST', '/v1/api-keys', {
      ...{ name: 'reader', permissions: ['connections:credentials'] },
    })
    await read(pair, key.secret as string)
    const { body } = await workspace.request('GET', `/v1/audit-log?subjectId=${pair}&limit=1`)
    expect(body.data).toMatchObject([{ actor: key.id, action: 'connection.credentials_read', subjectId: pair }])
  })

  it('answers at its former address', async () => {
    const former = await workspace.request('GET', `/v1/connections/${pair}/credentials`)
    expect(former.body.accessToken).toBe('ck_1')
  })

  it('is read so often a minute and no more, by one key, while another reads it still', async () => {
    const { body: key } = await workspace.request<AnyBody>('POST', '/v1/api-keys', { name: 'greedy' })
    const statuses = []
    for (let n = 0; n <= tokenReads.ofConnection; n++) statuses.push((await read(pair, key.secret as string)).status)
    expect(statuses.filter(status => status === 200)).toHaveLength(tokenReads.ofConnection)
    const refused = await read(pair, key.secret as string)
    expect([refused.status, refused.body.error.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await read(pair)).status).toBe(200)
  })
})
