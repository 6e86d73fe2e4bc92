import { platforms as doubles } from '../../dev/sandbox/platforms/index.ts'
import type { SignedWebhook } from '../../dev/sandbox/platform.ts'
import { addressedBy } from '../../dev/sandbox/webhooks.ts'
import { platforms as catalogue } from '../../src/catalogue/platforms/index.ts'
import { originsOf } from '../../src/provider-apps/base-urls.ts'
import { isHubError } from '../../src/errors.ts'
import { readItems } from '../../src/inbound/read.ts'
import { secretsOf, signed } from '../conformance/webhook-stage.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { fc } from '../support/properties.ts'

// Whatever comes to the addresses of every platform: it is refused, or kept; never a failure of the hub's own.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const server = await createTestServer(hub)
const senders = catalogue.flatMap(({ id, webhooks }) => (webhooks ? [{ id, definition: webhooks }] : []))

const oddValue = fc.constantFrom(
  ...[
    '',
    ' ',
    '0',
    '-1',
    'é',
    '\u{1f44d}',
    'null',
    '[]',
    '{}',
    't=,v1=',
    't=1,t=2,v1=v1=',
    'Bearer ',
    'Bearer a.b.c',
    'Basic Og==',
    'Basic =',
  ],
  ...[
    'sha256=',
    'v1,',
    '%00',
    'https://',
    'https://[',
    '9'.repeat(400),
    'a'.repeat(64),
    `${'A'.repeat(43)}=`,
    '2026-13-45T99:99:99Z',
  ],
)
const oddBody = fc.constantFrom(
  ...[
    '',
    'null',
    '[]',
    '{}',
    '{',
    '[[[[',
    '"',
    '5',
    '1e999',
    '{"__proto__":{"a":1}}',
    '\ufeff{}',
    '\0',
    'é',
    'payload=',
    'payload={',
    'a[b]=1&a=2',
  ],
  ...[
    '&&==',
    '%',
    '%ff=%fe',
    '<a/>',
    '<a',
    '<!DOCTYPE a>',
    '<feed><entry/></feed>',
    '[null]',
    '{"value":[null]}',
    '{"events":{}}',
  ],
  ...['{"entry":[{"changes":[null]},null,5]}', '{"message":{"data":"e30="}}', '['.repeat(5_000), '{"a":'.repeat(5_000)],
)
const oddType = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'text/xml',
  'application/atom+xml',
  '',
  'multipart/form-data',
)

/** Another webhook, some of whose parts are odd. */
interface Oddities {
  name: number
  value: string
  body: string | undefined
  type: string
}
const oddities: fc.Arbitrary<Oddities> = fc.record({
  name: fc.nat(),
  value: oddValue,
  body: fc.option(oddBody, { nil: undefined }),
  type: oddType,
})

function made(webhook: SignedWebhook, { name, value, body, type }: Oddities): SignedWebhook {
  const names = Object.keys(webhook.headers)
  const headers = {
    'content-type': type,
    ...webhook.headers,
    [names[name % names.length] ?? 'x-none']: encodeURI(value),
  }
  const queries = Object.keys(webhook.query ?? {})
  const query =
    queries.length > 0 && name % 2 === 0 ? { [queries[name % queries.length]!]: value } : (webhook.query ?? {})
  return { ...webhook, headers, query, body: body ?? webhook.body }
}

describe.each(senders)('what is sent to an address of $id', ({ id, definition }) => {
  const double = doubles.find(one => one.id === id)!
  const local = ![definition.scheme].some(({ kind }) => kind === 'jwt' || kind === 'certificate')

  it('is never answered with a failure of the hub’s own', async () => {
    const secrets = secretsOf(double.webhooks!.trial!)
    const { body: app } = await workspace.request('POST', '/v1/provider-apps', {
      ...{ provider: id, name: id, ...secrets.app },
      // No key can be had.
      baseUrls: Object.fromEntries(
        originsOf({ ...catalogue.find(one => one.id === id)! }).map(origin => [origin, 'http://127.0.0.1:1']),
      ),
    })
    const url = `http://127.0.0.1:8080/webhooks/${id}/${app.id}`
    await fc.assert(
      fc.asyncProperty(oddities, async odd => {
        const { method = 'POST', headers, body, query = {} } = made(signed(double, secrets.signs, url), odd)
        const address = new URL(addressedBy(url, query))
        const answer = await server.inject({
          method,
          url: `${address.pathname}${address.search}`,
          headers,
          ...(method === 'POST' ? { payload: body } : {}),
        })
        const told = answer.statusCode < 500 || (!local && answer.statusCode === 503)
        expect([told, answer.statusCode, answer.body]).toEqual([true, answer.statusCode, answer.body])
        if (answer.statusCode === 503) expect(answer.headers['retry-after']).toBeDefined()
      }),
      { numRuns: 12 },
    )
  })

  it('is read, or refused for what it is', () => {
    fc.assert(
      fc.property(oddBody, oddType, oddValue, (body, type, value) => {
        const headers = new Proxy(
          { 'content-type': type },
          { get: (own, name) => (name in own ? own['content-type'] : value) },
        )
        try {
          const items = readItems(definition, { headers, body: Buffer.from(body), query: { x: value } })
          expect(items.length).toBeGreaterThan(0)
          for (const item of items) expect(() => JSON.parse(item.body.toString()) as unknown).not.toThrow()
        } catch (error) {
          if (!isHubError(error, 'INVALID_REQUEST')) throw error
        }
      }),
      { numRuns: 60 },
    )
  })
})
