import { spawn, type ChildProcess } from 'node:child_process'
import { syncWorkflowId } from '../../../src/sync/contract.ts'
import { searchAttributes } from '../../../src/temporal/contract.ts'
import { eventually, ownSandbox } from '../../connections/accounts.ts'
import { createTestHub, environmentOf } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, endOf, records, run, type ShownRun, type ShownSync } from '../company.ts'
import { connectShop, graphql, type Shop, type Values } from './shops.ts'

// A pass over everything reads the file that Shopify makes of it, and its pages where it makes none.

const hub = await createTestHub()
// The queue of syncs is served by processes of their own, which can be killed.
await startTestWorkers(hub, ['workflows', 'connections'])
const sandbox = await ownSandbox()
const domain = 'causeway.myshopify.com'
const control = async (method: string, path: string, body: Values) => {
  const headers = { 'content-type': 'application/json' }
  const at = `${sandbox.url}/_control/shops/${domain}/${path}`
  const answer = await fetch(at, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
}
const bulk = (settings: Values) => control('PUT', 'bulk', settings)

const children: ChildProcess[] = []
function startSyncWorker(): void {
  const own = { WORKER_TASK_QUEUES: 'sync', WORKER_METRICS_PORT: '0', NODE_OPTIONS: '' }
  const env = { ...process.env, ...environmentOf(hub), ...own }
  const file = ['--disable-warning=ExperimentalWarning', 'workers/main.ts']
  children.push(spawn(process.execPath, file, { env, stdio: 'ignore' }))
}
startSyncWorker()
afterAll(() => children.forEach(child => child.kill('SIGKILL')))
afterEach(() => bulk({}))

const makeProduct = async (shop: Shop, title: string, sizes: string[]): Promise<string> => {
  const set =
    'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }'
  const names = sizes.map(name => ({ name }))
  const variants = sizes.map(name => ({
    optionValues: [{ optionName: 'Title', name }],
    sku: `${title}-${name}`,
    price: '9.50',
  }))
  const input = { title, productOptions: [{ name: 'Title', values: names }], variants }
  return ((await graphql(shop, set, { input })) as { productSet: { product: { id: string } } }).productSet.product.id
}

/** Somebody's own operations, as many as run at once. */
const fill = async (shop: Shop): Promise<() => Promise<void>> => {
  await bulk({ takesMs: 600_000 })
  const start =
    'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { bulkOperation { id } userErrors { message } } }'
  const ids: string[] = []
  for (let n = 0; n < 5; n++) {
    const made = (await graphql(shop, start)) as { bulkOperationRunQuery: { bulkOperation: { id: string } } }
    ids.push(made.bulkOperationRunQuery.bulkOperation.id)
  }
  return async () => {
    for (const id of ids)
      await graphql(shop, 'mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }', { id })
    await bulk({})
  }
}

const nothing = { created: 0, updated: 0, deleted: 0, failed: 0 }

it('takes the same from the file as from the pages, each thing with all that is its own', async () => {
  const shop = await connectShop(hub, sandbox, 'shopify')
  await makeProduct(shop, 'Lamp', ['Default Title'])
  await makeProduct(shop, 'Shirt', ['S', 'M', 'L'])
  const line = (n: number) => ({
    title: `Line ${n}`,
    quantity: 2,
    price: '1.25',
    tax: '0.00',
    sku: 'Lamp-Default Title',
  })
  const lines = Array.from({ length: 120 }, (_, n) => line(n))
  for (const count of [120, 1, 0])
    await control('POST', 'orders', { lines: lines.slice(0, count), email: 'ada@example.com' })
  for (const [model, created] of [
    ['products', 2],
    ['orders', 3],
  ] as const) {
    const sync = await createSync(shop, { model, direction: 'pull' })
    // It was started and looked at: that is all that counts against the shop's points.
    expect(await run(shop, sync)).toMatchObject({ status: 'succeeded', calls: 2, counts: { created, failed: 0 } })
    const empty = await fill(shop)
    const paged = await run(shop, sync, { full: true }).finally(empty)
    expect(paged).toMatchObject({ status: 'succeeded', counts: { ...nothing, unchanged: created } })
    expect(await run(shop, sync, { full: true })).toMatchObject({
      calls: 2,
      counts: { ...nothing, unchanged: created },
    })
  }
  const [products, orders] = [await records(shop, '', 'products'), await records(shop, '', 'orders')]
  expect(products.map(({ data }) => [data['name'], data['sku']]).sort()).toEqual([
    ['Lamp', 'Lamp-Default Title'],
    ['Shirt', undefined],
  ])
  const lamp = products.find(({ data }) => data['name'] === 'Lamp')!
  const long = orders.map(({ data }) => (data['lines'] ?? []) as Values[]).find(({ length }) => length === 120)
  expect(long?.map(({ name }) => name)).toEqual(lines.map(({ title }) => title))
  expect(long?.[7]).toMatchObject({ productId: lamp.id, quantity: '2', total: '2.50' })
})

it('waits for the file without an attempt, says so, and misses nothing that changes meanwhile', async () => {
  const shop = await connectShop(hub, sandbox, 'shopify')
  const id = await makeProduct(shop, 'Chair', ['Default Title'])
  const sync = await createSync(shop, { model: 'products', direction: 'pull' })
  await bulk({ takesMs: 2_500 })
  const { body } = await shop.workspace.request<ShownRun>('POST', `/v1/syncs/${sync}/runs`)
  const waiting = await eventually('the wait', async () => {
    const shown = await shop.workspace.request<ShownSync>('GET', `/v1/syncs/${sync}`)
    return shown.body.openRun?.waitingFor === 'export' && shown.body
  })
  expect(waiting.openRun).toMatchObject({
    status: 'running',
    errorCode: null,
    waitingUntil: expect.any(String) as string,
  })
  const workflow = await hub.temporal.workflow.getHandle(syncWorkflowId(sync)).describe()
  expect(workflow.typedSearchAttributes.get(searchAttributes.attention)).toBe('none')
  const set =
    'mutation ($id: ID!, $input: ProductSetInput!) { productSet(identifier: { id: $id }, input: $input) { userErrors { message } } }'
  await graphql(shop, set, { id, input: { title: 'Armchair' } })
  expect(await endOf(shop.workspace, sync, body.id)).toMatchObject({ status: 'succeeded', counts: { failed: 0 } })
  await bulk({})
  expect((await run(shop, sync)).full).toBe(false)
  const names = (await records(shop, '', 'products')).map(({ data }) => data['name'])
  expect(names).toContain('Armchair')
  expect(names).not.toContain('Chair')
})

it('reads the pages where the operation fails', async () => {
  const shop = await connectShop(hub, sandbox, 'shopify')
  const sync = await createSync(shop, { model: 'products', direction: 'pull' })
  await bulk({ errorCode: 'TIMEOUT' })
  expect(await run(shop, sync)).toMatchObject({ status: 'succeeded', counts: { created: 3, failed: 0 } })
  await bulk({ fileMs: 0 })
  expect(await run(shop, sync, { full: true })).toMatchObject({
    status: 'succeeded',
    counts: { ...nothing, unchanged: 3 },
  })
})

const at = '2026-01-31T00:00:00Z'
const customer = (n: number) => ({
  ...{ id: `gid://shopify/Customer/${n}`, firstName: `Ada ${n}`, lastName: null, note: 'n'.repeat(200), tags: [] },
  ...{ email: `ada${n}@example.com`, phone: null, addresses: [], createdAt: at, updatedAt: at },
})
const putCustomers = async (from: number, to: number) => {
  const things = Array.from({ length: to - from + 1 }, (_, n) => customer(from + n))
  await sandbox.control.putThings(
    things.map(thing => ({ platform: 'shopify', kind: 'Customer', account: domain, id: thing.id, thing })),
  )
}

it('takes nothing of a file that looks like another shop’s', async () => {
  const shop = await connectShop(hub, sandbox, 'shopify')
  const sync = await createSync(shop, { model: 'customers', direction: 'pull' })
  await putCustomers(1, 12)
  expect((await run(shop, sync)).counts).toMatchObject({ ...nothing, created: 12 })
  for (let n = 1; n <= 12; n++)
    await sandbox.control.deleteThing({ platform: 'shopify', kind: 'Customer', account: domain, id: customer(n).id })
  await putCustomers(101, 112)
  expect(await run(shop, sync, { full: true })).toMatchObject({
    status: 'failed',
    errorCode: 'DELETIONS_HELD',
    counts: nothing,
  })
  expect(await records(shop)).toHaveLength(12)
})

it('goes on with the same operation behind the last row that was committed when its worker is killed', async () => {
  const count = 4_000
  await putCustomers(1, count)
  const shop = await connectShop(hub, sandbox, 'shopify')
  const sync = await createSync(shop, { model: 'customers', direction: 'pull' })
  await sandbox.control.addFault({ platform: 'shopify', kind: 'slow', delayMs: 1_000, path: '/shopify-tiers' })
  const { body } = await shop.workspace.request<ShownRun>('POST', `/v1/syncs/${sync}/runs`)
  const before = await eventually('the first rows', async () => {
    const shown = await shop.workspace.request<ShownRun>('GET', `/v1/syncs/${sync}/runs/${body.id}`)
    return shown.body.counts.pulled > 0 && shown.body
  })
  expect(before.counts.pulled).toBeLessThan(count)
  children.forEach(child => child.kill('SIGKILL'))
  await sandbox.control.clearFaults()
  const current = '{ currentBulkOperation { id } }'
  const begun = await graphql(shop, current)
  startSyncWorker()
  const ended = await endOf(shop.workspace, sync, body.id)
  // What was read again would be counted again.
  expect(ended).toMatchObject({ status: 'succeeded', counts: { pulled: count, created: count, failed: 0 } })
  expect(await graphql(shop, current)).toEqual(begun)
})
