import { readItems } from '../../src/inbound/read.ts'
import { github } from '../../src/catalogue/platforms/github/index.ts'
import { quickbooks } from '../../src/catalogue/platforms/quickbooks/index.ts'
import { stripe } from '../../src/catalogue/platforms/stripe/index.ts'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const summary = (items: ReturnType<typeof readItems>) =>
  items.map(({ type, accountId, body }) => [type, accountId, JSON.parse(body.toString()) as unknown])

describe('reading webhooks', () => {
  it('makes one event for each entity of each company, and none sees another company', () => {
    const customer = { name: 'Customer', id: '1', operation: 'Create', lastUpdated: '2026-01-01T00:00:00Z' }
    const invoice = { name: 'Invoice', id: '2', operation: 'Emailed', lastUpdated: '2026-01-01T00:00:00Z' }
    const body = json({
      eventNotifications: [
        { realmId: '100', dataChangeEvent: { entities: [customer, invoice] } },
        { realmId: '200', dataChangeEvent: { entities: [customer] } },
      ],
    })
    const items = readItems(quickbooks.webhooks, { headers: {}, body })
    expect(summary(items)).toEqual([
      ['customer.created', '100', customer],
      ['invoice.emailed', '100', invoice],
      ['customer.created', '200', customer],
    ])
    expect(new Set(items.map(item => item.deliveryId)).size).toBe(3)
    expect(readItems(quickbooks.webhooks, { headers: {}, body })).toEqual(items)
  })

  it('reads the newer format of the same platform into the same words', () => {
    const event = { specversion: '1.0', id: 'e1', type: 'qbo.customer.created.v1', intuitentityid: '1', data: {} }
    const body = json([
      { ...event, intuitaccountid: '100' },
      { ...event, id: 'e2', intuitaccountid: '200' },
    ])
    const items = readItems(quickbooks.webhooks, { headers: {}, body })
    expect(items.map(({ type, accountId, deliveryId }) => [type, accountId, deliveryId])).toEqual([
      ['customer.created', '100', 'e1'],
      ['customer.created', '200', 'e2'],
    ])
  })

  it('takes the type and the id from headers, and whose it is from the first owner named', () => {
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'guid' }
    const body = json({ repository: { owner: { id: 7 } }, sender: { id: 8 } })
    expect(readItems(github.webhooks, { headers, body })).toEqual([
      { type: 'push', deliveryId: 'guid', hasOwnId: true, accountId: '7', body },
    ])
    const personal = readItems(github.webhooks, { headers, body: json({ sender: { id: 8 } }) })
    expect(personal[0]?.accountId).toBe('8')
  })

  it('reads the payload out of a form', () => {
    const headers = { 'x-github-event': 'push', 'content-type': 'application/x-www-form-urlencoded' }
    const body = Buffer.from(new URLSearchParams({ payload: '{"sender":{"id":8}}' }).toString())
    expect(readItems(github.webhooks, { headers, body })[0]?.body.toString()).toBe('{"sender":{"id":8}}')
  })

  it('keeps every digit of an id', () => {
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'guid' }
    const accountOf = (id: string) => {
      const body = Buffer.from(`{"repository":{"owner":{"id":${id}}}}`)
      return readItems(github.webhooks, { headers, body })[0]?.accountId
    }
    for (const id of ['9007199254740992', '9007199254740993', '12345678901234567891']) expect(accountOf(id)).toBe(id)
  })

  it('gives each item of a batch as it was written', () => {
    const item =
      '{ "type":"qbo.customer.created.v1","id":"e1","intuitaccountid":"100","n":[9007199254740993, 1.10,\t-0],"2":0,"1":0 }'
    const other = item.replace('e1', 'e2').replace('1.10', '1e400')
    const items = readItems(quickbooks.webhooks, { headers: {}, body: Buffer.from(`[${item} ,\n${other}]`) })
    expect(items.map(({ body }) => body.toString())).toEqual([item, other])
  })

  it('says that no account is named', () => {
    const body = json({ id: 'evt_1', type: 'customer.created' })
    expect(readItems(stripe.webhooks, { headers: {}, body })).toEqual([
      { type: 'customer.created', deliveryId: 'evt_1', hasOwnId: true, accountId: null, body },
    ])
  })

  it('keeps what it does not know as unknown, and refuses what is not JSON', () => {
    for (const strange of [{}, [], 'text', { type: 'no good; type' }, { type: 5 }, { eventNotifications: 'x' }, null]) {
      const items = readItems(stripe.webhooks, { headers: {}, body: json(strange) })
      expect(items.map(item => item.accountId)).toEqual([null])
      expect(items[0]?.type).toBe(
        strange && typeof strange === 'object' && 'type' in strange && strange.type === 5 ? '5' : 'unknown',
      )
    }
    expect(() => readItems(stripe.webhooks, { headers: {}, body: Buffer.from('{"a":') })).toThrow('JSON')
  })
})
