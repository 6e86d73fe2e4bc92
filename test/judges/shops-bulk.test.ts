import { eventually } from '../connections/accounts.ts'
import { at, ledUrl, load, sandbox, type Untyped } from './judged.ts'

// Shopify's own client has the shop make files of whole lists, as the hub does, and is refused what it is.

const domain = 'causeway.myshopify.com'
const { createAdminApiClient } = load('@shopify/admin-api-client')
const client = createAdminApiClient({
  ...{ storeDomain: domain, apiVersion: '2026-07', accessToken: 'shpat_causewaySandboxToken' },
  customFetchApi: (url: string, init: RequestInit) => fetch(ledUrl('shopify', url), init),
})
const ask = (query: string, variables: object = {}) => client.request(query, { variables })
const document =
  'mutation ($query: String!, $groupObjects: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) { bulkOperation { id status } userErrors { code field message } } }'
const run = async (query: string, groupObjects = true): Promise<Untyped> =>
  (await ask(document, { query, groupObjects })).data.bulkOperationRunQuery
const look = async (id: string): Promise<Untyped> =>
  (
    await ask(
      'query ($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }',
      { id },
    )
  ).data.bulkOperation
const cancel = async (id: string): Promise<Untyped> =>
  (
    await ask(
      'mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { field message } } }',
      { id },
    )
  ).data.bulkOperationCancel
const settings = (body: object) =>
  fetch(`${sandbox.url}/_control/shops/${domain}/bulk`, {
    ...{ method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  })
const linesAt = async (url: string): Promise<Untyped[]> =>
  (await (await fetch(url)).text())
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

const products = '{ products { edges { node { id title variants { edges { node { id title } } } } } } }'

beforeAll(async () => {
  const set =
    'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }'
  for (const title of ['Shirt', 'Sock'])
    await ask(set, {
      input: {
        title,
        productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
        variants: ['S', 'M'].map(name => ({ optionValues: [{ optionName: 'Size', name }], price: '9.50' })),
      },
    })
})

afterEach(() => settings({}))

it('makes a file of a list, whose parts are lines that name what they are part of', async () => {
  const { bulkOperation, userErrors } = await run(products)
  expect([bulkOperation.status, userErrors]).toEqual(['CREATED', []])
  const done = await look(bulkOperation.id)
  expect(done).toMatchObject({ status: 'COMPLETED', objectCount: '6', rootObjectCount: '2', partialDataUrl: null })
  expect(done.url).toContain(at('shopify', 'storage.googleapis.com'))
  const lines = await linesAt(done.url)
  expect(lines.map(({ title }) => title)).toEqual(['Shirt', 'S', 'M', 'Sock', 'S', 'M'])
  expect(lines.map(({ __parentId }) => __parentId)).toEqual([
    ...[undefined, lines[0].id, lines[0].id],
    ...[undefined, lines[3].id, lines[3].id],
  ])
  const { bulkOperation: other } = await run(products, false)
  expect((await linesAt((await look(other.id)).url)).map(({ title }) => title)).not.toEqual(
    lines.map(({ title }) => title),
  )
  const { bulkOperation: empty } = await run('{ orders { edges { node { id } } } }')
  expect(await look(empty.id)).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null })
})

it('gives any part of the file to whoever has its address, until that ends, and to no token', async () => {
  const { url } = await look((await run(products)).bulkOperation.id)
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer())
  const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${whole.length}`])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(10, 20))
  expect((await fetch(url, { headers: { range: `bytes=${whole.length}-` } })).status).toBe(416)
  expect((await fetch(url, { headers: { authorization: 'Bearer shpat_causewaySandboxToken' } })).status).toBe(400)
  expect((await fetch(url.replace(/Signature=./, 'Signature=_'))).status).toBe(403)
  const expires = Number(new URL(url).searchParams.get('Expires'))
  expect((await fetch(url.replace(`Expires=${expires}`, `Expires=${expires + 1}`))).status).toBe(403)
  await settings({ fileMs: 1_000 })
  const { bulkOperation } = await run(products)
  const short = await look(bulkOperation.id)
  expect(short.status).toBe('COMPLETED')
  await eventually('the end of the address', async () => (await fetch(short.url)).status === 400)
  expect(await look(bulkOperation.id)).toMatchObject({ status: 'EXPIRED', url: null })
})

const nested = (inner: string) => `{ products { edges { node { id ${inner} } } } }`
const variants = 'variants { edges { node { id } } }'

it.each([
  ['no connection', '{ shop { id } }', 'Bulk queries must contain at least one connection.'],
  ['nodes instead of edges', '{ products { nodes { id } } }', "Invalid connection fields: 'products'"],
  [
    'a parent without its id',
    `{ products { edges { node { ${variants} } } } }`,
    "Connection fields without 'id': products",
  ],
  [
    'three levels of connections',
    nested(
      `variants { edges { node { id inventoryItem { inventoryLevels { edges { node { id item { ${variants} } } } } } } } }`,
    ),
    'a nesting depth greater than 2',
  ],
  ['six connections', nested([...'abcde'].map(name => `${name}: ${variants}`).join(' ')), 'more than 5 connections'],
  ['nodes by their ids', '{ nodes(ids: []) { id } }', 'top level `node` field'],
  ['a field that is not there', '{ products { edges { node { shoeSize } } } }', 'Invalid bulk query: '],
  ['nothing', '', 'Invalid bulk query: syntax error, unexpected end of file'],
])('begins no operation with %s', async (_, query, message) => {
  const { bulkOperation, userErrors } = await run(query)
  expect(bulkOperation).toBeNull()
  expect(userErrors[0]).toMatchObject({ code: 'INVALID', field: ['query'] })
  expect(userErrors.map((error: Untyped) => error.message).join(' ')).toContain(message)
})

it('runs five at once, and one in the versions before', async () => {
  await settings({ takesMs: 600_000 })
  const begun: Untyped[] = [await run(products)]
  // That version is too old for this client.
  const shown = { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_causewaySandboxToken' }
  const variables = { query: products, groupObjects: true }
  const answer = await fetch(ledUrl('shopify', `https://${domain}/admin/api/2025-10/graphql.json`), {
    ...{ method: 'POST', headers: shown, body: JSON.stringify({ query: document, variables }) },
  })
  const older = ((await answer.json()) as Untyped).data.bulkOperationRunQuery
  expect(older.userErrors[0]).toMatchObject({ code: 'OPERATION_IN_PROGRESS', field: null })
  expect(older.userErrors[0].message).toContain(begun[0].bulkOperation.id)
  while (begun.length < 5) begun.push(await run(products))
  expect((await run(products)).userErrors[0]).toMatchObject({ code: 'LIMIT_REACHED' })
  expect(await look(begun[0].bulkOperation.id)).toMatchObject({ status: 'RUNNING', url: null })
  expect(await cancel(begun[0].bulkOperation.id)).toEqual({ bulkOperation: { status: 'CANCELING' }, userErrors: [] })
  expect((await cancel(begun[0].bulkOperation.id)).userErrors[0].message).toBe(
    'A bulk operation cannot be canceled when it is canceled',
  )
  expect((await cancel('gid://shopify/BulkOperation/1')).userErrors[0].message).toBe('Bulk operation does not exist')
  for (const { bulkOperation } of begun.slice(1)) await cancel(bulkOperation.id)
  expect((await run(products)).userErrors).toEqual([])
})

it('leaves what it had until it failed', async () => {
  await settings({ errorCode: 'TIMEOUT' })
  const { bulkOperation, userErrors } = await run(products)
  expect(userErrors).toEqual([])
  const failed = await look(bulkOperation.id)
  expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', url: null })
  expect(await linesAt(failed.partialDataUrl)).toHaveLength(3)
})
