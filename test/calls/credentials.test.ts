import { createHmac } from 'node:crypto'
import type { Placement } from '../../src/catalogue/schema/calls.ts'
import { startPlatform } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf } from './made.ts'

const hub = await createTestHub()
const platform = await startPlatform()
platform.answerBy(() => ({ status: 200, body: {} }))

const secret = { accessToken: 'tok', user: 'ck_1', password: 'cs_1', session: 's 1&2' }
const config = { email: 'amy@example.com', tenantId: 't-1' }

/** The last call, as the platform got it. */
async function called(
  placement: Placement,
  given: { secret?: Record<string, string>; config?: Record<string, string> } = {},
) {
  const definition = definitionOf({
    auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement }],
    calls: { headers: { 'x-tenant': '{tenantId}', 'x-version': '2026-01' } },
  })
  const client = clientOf(hub, definition, at(platform.url), { config, secret, ...given })
  const answer = await client.call({ method: 'GET', path: '/items', query: { a: 1 } })
  return { ...platform.calls.at(-1)!, answer }
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('a credential', () => {
  it.each<[string, Placement, Record<string, string>]>([
    ['bearer', { in: 'bearer' }, { authorization: 'Bearer tok' }],
    ['bearer of another field', { in: 'bearer', value: '{password}' }, { authorization: 'Bearer cs_1' }],
    [
      'basic of two fields',
      { in: 'basic', user: '{user}', password: '{password}' },
      { authorization: basic('ck_1:cs_1') },
    ],
    ['basic of a key alone', { in: 'basic', user: '{accessToken}', password: '' }, { authorization: basic('tok:') }],
    [
      'basic with configuration',
      { in: 'basic', user: '{email}/token', password: '{accessToken}' },
      { authorization: basic('amy@example.com/token:tok') },
    ],
    ['a header', { in: 'header', name: 'x-access-token' }, { 'x-access-token': 'tok' }],
    [
      'a header template',
      { in: 'header', name: 'authorization', value: 'Key {accessToken}' },
      { authorization: 'Key tok' },
    ],
    [
      'several places',
      [{ in: 'header', name: 'x-app', value: '{user}' }, { in: 'bearer' }],
      { 'x-app': 'ck_1', authorization: 'Bearer tok' },
    ],
  ])('is put into %s', async (_what, placement, headers) => {
    const { headers: got, path } = await called(placement)
    expect(got).toMatchObject({ ...headers, 'x-tenant': 't-1', 'x-version': '2026-01' })
    expect(path).toBe('/items?a=1')
  })

  it('is put into the query, and into no address that is kept', async () => {
    const { path, headers, answer } = await called({ in: 'query', name: 'api_key', value: '{session}' })
    expect(new URL(path, platform.url).searchParams.get('api_key')).toBe('s 1&2')
    expect(headers.authorization).toBeUndefined()
    expect(answer.calledAt).toMatchObject({ url: `${platform.url}/items?a=1`, unsaid: ['api_key'] })
  })

  it('is proved by what is computed of it, where there is a key for that', async () => {
    const proof: Placement = [
      { in: 'bearer' },
      { in: 'query-hmac', name: 'proof', key: '{password}' },
      { in: 'query-hmac', name: 'other', of: '{user}', key: '{clientSecret}' },
    ]
    const { path, headers, answer } = await called(proof)
    const computed = createHmac('sha256', 'cs_1').update('tok').digest('hex')
    expect([headers.authorization, path]).toEqual(['Bearer tok', `/items?a=1&proof=${computed}`])
    expect(answer.calledAt.unsaid).toEqual(['proof'])
  })

  it('is put where the configuration says', async () => {
    const named = { ...config, at: 'X-Api-Key' }
    const header = await called({ in: 'header', name: '{at}' }, { config: named })
    expect(header.headers['x-api-key']).toBe('tok')
    const query = await called({ in: 'query', name: '{at}' }, { config: named })
    expect(new URL(query.path, platform.url).searchParams.get('X-Api-Key')).toBe('tok')
  })

  it.each(['host', 'Content-Length', 'transfer-encoding', 'x y', 'x\r\ny', '', 'x:'])(
    'is not put into a header called %j, whatever the configuration says',
    async name => {
      const before = platform.calls.length
      const putting = called({ in: 'header', name: '{at}' }, { config: { ...config, at: name } })
      await expect(putting).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      expect(platform.calls.length).toBe(before)
    },
  )

  it.each([
    ['is not there', {}],
    ['would end the header', { accessToken: 'tok\r\nx-evil: 1' }],
    ['is not a text of a header', { accessToken: 'tök' }],
  ])('that %s is not sent', async (_what, given) => {
    const before = platform.calls.length
    const error = await called({ in: 'bearer' }, { secret: given }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'INVALID_REQUEST' })
    expect(JSON.stringify(error) + String(error)).not.toContain('tok')
    expect(platform.calls.length).toBe(before)
  })
})
