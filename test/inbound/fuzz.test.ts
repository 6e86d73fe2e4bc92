import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { newId } from '../../src/ids.ts'
import { claimArrived } from '../../src/inbound/routing/queue.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'
import { fc } from '../support/properties.ts'

// What platforms could send, in every form, encoding and with every odd character: nothing answers 5xx, and nothing of what
// was accepted is lost on its way to the list.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const server = await createTestServer(hub)
const senders = {
  quickbooks: await createSender(hub, workspace, 'quickbooks'),
  stripe: await createSender(hub, workspace, 'stripe'),
  github: await createSender(hub, workspace, 'github'),
}
await senders.quickbooks.connect('100')
await senders.stripe.connect('acct_1')

/** A text as JSON writes it, with what UTF-8 and Postgres do not hold as escapes. */
const oddText = fc
  .array(
    fc.constantFrom(
      'a',
      '"',
      '\\',
      '\u0000',
      '\ud83d',
      '\ude00',
      '👍',
      '\u2028',
      'é',
      '1',
      '.',
      'constructor',
      '\ufeff',
    ),
    { maxLength: 6 },
  )
  .map(parts => JSON.stringify(parts.join('')))
const number = fc.constantFrom(
  '0',
  '-0',
  '1',
  '100',
  '9007199254740993',
  '1e400',
  '0.1000000000000000000001',
  '1E2',
  '12345678901234567890',
)
const scalar = fc.oneof(
  oddText,
  number,
  fc.constantFrom('null', 'true', '"100"', '"acct_1"', '"qbo.customer.updated.v1"', '"Customer"', '{}', '[]', '[1]'),
)
const space = fc.constantFrom('', ' ', '\r\n', '\t')

/** An object of some of these members, some twice, in any order. */
const objectOf = (members: Record<string, fc.Arbitrary<string>>) =>
  fc
    .tuple(fc.shuffledSubarray(Object.keys(members)), fc.record(members), oddText, scalar, space)
    .map(([names, values, other, value, gap]) => {
      const own = names.map(name => `${JSON.stringify(name)}:${gap}${values[name]!}`)
      return `{${[...own, `${other}:${value}`].join(`,${gap}`)}}`
    })
const listOf = (item: fc.Arbitrary<string>) => fc.array(item, { maxLength: 4 }).map(items => `[${items.join()}]`)

const cloudEvent = objectOf({ id: scalar, type: scalar, intuitaccountid: scalar, data: scalar, __proto: scalar })
const entity = objectOf({ name: scalar, operation: fc.oneof(scalar, fc.constant('"Update"')), id: scalar })
const entities = fc.oneof(listOf(fc.oneof(entity, scalar)), scalar).map(list => `{"entities":${list}}`)
const notification = objectOf({ realmId: scalar, dataChangeEvent: fc.oneof(entities, scalar) })
const notifications = fc
  .oneof(listOf(fc.oneof(notification, scalar)), scalar)
  .map(list => `{"eventNotifications":${list}}`)
const bodies = {
  quickbooks: fc.oneof(listOf(fc.oneof(cloudEvent, scalar)), cloudEvent, notifications, scalar),
  stripe: fc.oneof(objectOf({ id: scalar, type: scalar, account: scalar, data: scalar }), scalar),
  github: fc.oneof(objectOf({ sender: objectOf({ id: scalar }), repository: scalar }), scalar),
}

interface Shape {
  mark: boolean
  form: boolean
  packed: string
  /** How many bytes are missing at its end. */
  broken: number
  type: string
  deliveryId: string
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  mark: fc.boolean(),
  form: fc.boolean(),
  packed: fc.constantFrom('no', 'signed', 'signed before'),
  broken: fc.constantFrom(0, 0, 0, 0, 1),
  type: fc.constantFrom(
    'application/json',
    'application/json,,',
    ';',
    'text/plain',
    'APPLICATION/JSON; charset=latin1',
  ),
  deliveryId: fc.constantFrom('', 'one', 'é"\\', 'x'.repeat(400)),
})

type Provider = keyof typeof senders

function request(provider: Provider, json: string, shape: Shape) {
  const text = shape.mark ? `\ufeff${json}` : json
  const plain = Buffer.from(shape.form ? new URLSearchParams({ payload: text }).toString() : text)
  const whole = shape.packed === 'no' ? plain : gzipSync(plain)
  const sent = whole.subarray(0, whole.length - shape.broken)
  const signed = shape.packed === 'signed before' ? plain : sent
  const mac = (prefix = '') => createHmac('sha256', senders[provider].secret).update(prefix).update(signed)
  const t = Math.floor(Date.now() / 1000)
  const signature = {
    quickbooks: () => ({ 'intuit-signature': mac().digest('base64') }),
    stripe: () => ({ 'stripe-signature': `t=${t},v1=${mac(`${t}.`).digest('hex')}` }),
    github: () => ({
      'x-hub-signature-256': `sha256=${mac().digest('hex')}`,
      'x-github-event': 'push',
      ...(shape.deliveryId === '' ? {} : { 'x-github-delivery': shape.deliveryId }),
    }),
  }[provider]()
  const type = shape.form ? 'Application/X-WWW-Form-Urlencoded' : shape.type
  const headers = {
    ...signature,
    'content-type': type,
    ...(shape.packed === 'no' ? {} : { 'content-encoding': 'gzip' }),
  }
  return { method: 'POST' as const, url: senders[provider].url, payload: sent, headers }
}

/** How many things a body tells of: every element counts, and what holds none is one. */
function thingsIn(provider: Provider, json: string): number {
  const value = JSON.parse(json) as unknown
  const members = (value: unknown, name: string) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined
  if (provider !== 'quickbooks') return 1
  if (Array.isArray(value)) return Math.max(1, value.length)
  const list = members(value, 'eventNotifications')
  if (!Array.isArray(list)) return 1
  const each = list.map(notification => {
    const entities = members(members(notification, 'dataChangeEvent'), 'entities')
    return Array.isArray(entities) ? Math.max(1, entities.length) : 1
  })
  return Math.max(
    1,
    each.reduce((sum, count) => sum + count, 0),
  )
}

describe('whatever a platform signs', () => {
  const keptSince = async (id: string) =>
    (await hub.pool.query<{ n: number }>('select count(*)::int n from inbound_events where id > $1', [id])).rows[0]!.n

  for (const provider of Object.keys(senders) as Provider[]) {
    it(`of ${provider} is answered without a 5xx, and kept whole`, async () => {
      await fc.assert(
        fc.asyncProperty(bodies[provider], shapes, async (json, shape) => {
          // Each run is the first of its kind: what came before would count as a repeat.
          await hub.pool.query('delete from inbound_keys')
          const before = newId('inboundEvent')
          const answer = await server.inject(request(provider, json, shape))
          expect([202, 400, 401]).toContain(answer.statusCode)
          if (shape.broken === 0) expect(answer.statusCode).toBe(202)
          if (answer.statusCode !== 202) return expect(await keptSince(before)).toBe(0)
          const { accepted } = answer.json<{ accepted: number }>()
          expect(await keptSince(before)).toBe(accepted)
          // What is told twice in one delivery is one thing, so there may be fewer; never none.
          expect(accepted).toBeGreaterThan(0)
          const told = shape.broken === 0 ? thingsIn(provider, json) : accepted
          expect(accepted).toBeLessThanOrEqual(told)
          const claimed = await claimArrived(hub)
          expect(new Set(claimed.map(event => event.body.toString())).size).toBeGreaterThanOrEqual(
            shape.broken === 0 ? distinctThings(provider, json) : 0,
          )
          const { routed, unmatched, failed } = await routeBatch(hub, claimed)
          expect([routed + unmatched, failed]).toEqual([accepted, 0])
          for (const { id } of claimed.slice(0, 2)) {
            const shown = await workspace.request('GET', `/v1/inbound-events/${id}`)
            expect(shown.status).toBe(200)
          }
        }),
        { numRuns: 80, interruptAfterTimeLimit: 40_000 },
      )
    })
  }
})

/** The different things of a list, as the platform wrote them. */
function distinctThings(provider: Provider, json: string): number {
  const value = JSON.parse(json) as unknown
  return provider === 'quickbooks' && Array.isArray(value) ? new Set(value.map(item => JSON.stringify(item))).size : 1
}
