import { createRequire } from 'node:module'
import type { Placement } from '../../src/catalogue/schema/calls.ts'
import { signCall } from '../../src/calls/credentials.ts'
import { startPlatform } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf } from './made.ts'

const require = createRequire(new URL('../judges/package.json', import.meta.url))
interface Signable {
  [member: string]: unknown
  headers: Record<string, string>
}
const aws4 = require('aws4') as {
  sign(request: Signable, key: { accessKeyId: string; secretAccessKey: string }): Signable
}

const hub = await createTestHub()
const platform = await startPlatform()
platform.answerBy(() => ({ status: 200, body: {} }))

const placement: Placement = {
  ...{ in: 'aws-sigv4', accessKey: '{accessKey}', secretKey: '{secretKey}' },
  ...{ region: '{region}', service: '{service}' },
}
const config = { region: 'ap-southeast-1', service: 'books' }
const secret = { accessToken: 'AKMADE', accessKey: 'AKMADE', secretKey: 's+/% :k' }
const method = { kind: 'api_key' as const, id: 'key', label: 'Key', help: 'Settings', placement }

/** What another's signer makes of the request that the platform got. */
function judged() {
  const { method, path, headers, body } = platform.calls.at(-1)!
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? []
  const signed = Object.fromEntries(names.map(name => [name, String(headers[name])]))
  const [region, service] = [config.region, config.service]
  const extraHeadersToIgnore = { 'content-length': true }
  const request = { method, path, service, region, extraHeadersToIgnore, headers: signed, ...(body !== '' && { body }) }
  return aws4.sign(request, { accessKeyId: secret.accessKey, secretAccessKey: secret.secretKey }).headers.Authorization
}

describe('a signed call', () => {
  const client = clientOf(hub, definitionOf({ auth: [method] }), at(platform.url), { config, secret, method })

  it.each([
    ['without a body', { method: 'GET', path: '/agent' }],
    ['with a query', { method: 'GET', path: '/agent', query: { b: 'x y', a: '+/=&?ä', limit: 5 } }],
    ['with an odd path', { method: 'GET', path: '/agent/a%20b/(c)' }],
    ['with a body', { method: 'POST', path: '/agent', body: { name: 'Zoë' } }],
    ['with a form', { method: 'PUT', path: '/agent', body: new URLSearchParams({ a: '1' }) }],
  ] as const)('%s is signed as another signer signs it', async (_what, call) => {
    await client.call({ ...call })
    const { headers } = platform.calls.at(-1)!
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKMADE\/\d{8}\/ap-southeast-1\/books\/aws4_request, /,
    )
    expect(headers.authorization).toBe(judged())
  })

  it('says nothing of the secret key', async () => {
    await client.call({ method: 'GET', path: '/agent' })
    expect(JSON.stringify(platform.calls.at(-1))).not.toContain(secret.secretKey)
  })

  it('is not sent without its key', async () => {
    const without = clientOf(hub, definitionOf({ auth: [method] }), at(platform.url), { config, method })
    const before = platform.calls.length
    await expect(without.call({ method: 'GET', path: '/agent' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(platform.calls).toHaveLength(before)
  })

  it('leaves out the body where that is streamed', async () => {
    const request = { method: 'POST', url: 'https://books.example/agent', headers: {}, streamed: true }
    const headers = await signCall(placement, request, { ...config, ...secret })
    expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD')
    expect(await signCall({ in: 'bearer' }, request, secret)).toEqual({})
  })
})
