import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import type { ModelDefinition } from '../../src/catalogue/schema/models.ts'
import { readItem } from '../../src/calls/read-item.ts'
import { readItems } from '../../src/calls/read-items.ts'
import { groupWrites, writeItem, writeItems } from '../../src/calls/writes/write-items.ts'
import type { NamedWrite, Write } from '../../src/calls/writes/write.ts'
import { startPlatform, type PlatformCall } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf, modelOf } from './made.ts'

const hub = await createTestHub()
const platform = await startPlatform()

type Body = Record<string, unknown>
type Played = { status?: number; body?: unknown; text?: string; headers?: Record<string, string> }

/** What the platform answers from now on; it gets each call with its body as JSON. */
function play(answer: (call: PlatformCall, body: Body) => Played): void {
  platform.calls.length = 0
  platform.answerBy(call => {
    const json = call.headers['content-type'] === 'application/json' && call.body !== ''
    return { status: 200, ...answer(call, json ? (JSON.parse(call.body) as Body) : {}) }
  })
}

const never = AbortSignal.timeout(600_000)
const create = (body: Body): Write => ({ kind: 'create', body })
const update = (externalId: string, body: Body, version: string | null = null): Write => ({
  ...{ kind: 'update', externalId, version, body },
})
const remove = (externalId: string): Write => ({ kind: 'delete', externalId, version: null })

/** A platform with a model that is written so. */
function made(about: Partial<ModelDefinition>, calls?: ProviderDefinition['calls']) {
  const model = modelOf(about)
  const client = clientOf(hub, definitionOf(calls ? { calls } : {}), at(platform.url))
  return {
    model,
    write: (write: Write, key = 'k1') => writeItem(client, model, write, key, never),
    writeAll: (writes: NamedWrite[], key = 'k1') => writeItems(client, model, writes, key, never),
    read: (id: string) => readItem(client, model, id, never),
    readAll: (ids: string[]) => readItems(client, model, ids, never),
  }
}

const sentTo = ({ method, path }: PlatformCall) => `${method} ${path}`

describe('one item by a call', () => {
  const call = { kind: 'call' as const, method: 'POST' as const, path: '/items', encoding: 'json' as const }
  const change = { ...call, method: 'PATCH' as const, path: '/items/{id}', cleared: null }

  it('is made, changed and deleted', async () => {
    const { write } = made({
      create: { ...call, item: 'data' },
      update: { ...change, item: 'data', idField: 'ref.id', versionField: 'ref.version', constant: { sparse: true } },
      delete: { kind: 'call', method: 'POST', path: '/items/{id}/archive', query: { hard: 1 } },
    })
    play((_call, body) => ({ body: { data: { ...body, id: 7 } } }))
    expect(await write(create({ name: 'a' }))).toEqual({ kind: 'written', item: { id: 7, name: 'a' } })
    const changed = { id: 7, name: 'b', sparse: true, ref: { id: 'a/b', version: '3' } }
    expect(await write(update('a/b', { name: 'b' }, '3'))).toEqual({ kind: 'written', item: changed })
    play(() => ({ status: 204 }))
    expect(await write(remove('7'))).toEqual({ kind: 'deleted' })
    expect(sentTo(platform.calls[0]!)).toBe('POST /items/7/archive?hard=1')
  })

  it('says what is always the same besides, joined with what is in both', async () => {
    const constant = { kind: 'full', lines: [{ taxed: true, at: { city: 'Ipoh' } }, { free: true }] }
    const { write } = made({ create: { ...call, constant }, update: { ...change, constant: { kind: 'part' } } })
    play((_call, body) => ({ body: { ...body, id: 7 } }))
    const lines = [{ price: '1', at: { street: 'A' } }]
    expect(await write(create({ name: 'a', lines }))).toMatchObject({
      item: {
        name: 'a',
        kind: 'full',
        lines: [{ price: '1', taxed: true, at: { city: 'Ipoh', street: 'A' } }, { free: true }],
      },
    })
    expect(await write(update('7', { kind: 'own' }))).toMatchObject({ item: { kind: 'own' } })
  })

  it('brings along what the item was last seen with', async () => {
    const { write } = made({ update: change, brings: { 'parts.0.id': 'parts.0.id', from: 'count' } })
    play((_call, body) => ({ body: { ...body, id: 7 } }))
    const version = '{"parts.0.id":"p1","from":12}'
    expect(await write(update('7', { parts: [{ price: '2' }] }, version))).toMatchObject({
      item: { parts: [{ id: 'p1', price: '2' }], from: 12 },
    })
  })

  it('says anew what has changed, and brings along a part of each row that there is', async () => {
    const { write } = made({ update: change, brings: { 'rows[].account': 'rows[].account', 'head.name': 'head.name' } })
    play((_call, body) => ({ body: { ...body, id: 7 } }))
    const version = '{"rows[].account":["500","501"],"head.name":"a"}'
    expect(await write(update('7', { head: { name: 'b', note: 'x' } }, version))).toMatchObject({
      item: { head: { name: 'b', note: 'x' }, rows: [{ account: '500' }, { account: '501' }] },
    })
    expect(await write(update('7', { rows: [{ account: '502' }] }, version))).toMatchObject({
      item: { head: { name: 'a' }, rows: [{ account: '502' }] },
    })
  })

  it('says the version that it makes, where that is the next number', async () => {
    const { write } = made({ update: { ...change, versionField: 'count', versionAs: 'next' } })
    play((_call, body) => ({ body: { ...body, id: 7 } }))
    expect(await write(update('7', { name: 'b' }, '41'))).toMatchObject({ item: { count: 42 } })
    expect(await write(update('7', { name: 'b' }))).toMatchObject({ item: { name: 'b', id: 7 } })
  })

  it('is named in the query, as it is where it is read', async () => {
    const named = { path: '/item', query: { code: '{id}', full: 1 } }
    const { write, read } = made({
      update: { ...change, ...named },
      delete: { kind: 'call', method: 'POST', path: '/item/void', query: { code: '{id}' }, body: {} },
      read: named,
    })
    play(() => ({ status: 204 }))
    await write(update('a&b', { name: 'b' }))
    await write(remove('300-A 1'))
    expect(platform.calls.map(sentTo)).toEqual(['PATCH /item?code=a%26b&full=1', 'POST /item/void?code=300-A+1'])
    play(() => ({ body: { id: 'a&b' } }))
    expect(await read('a&b')).toEqual({ id: 'a&b' })
    expect(platform.calls.map(sentTo)).toEqual(['GET /item?code=a%26b&full=1'])
  })

  it.each([
    ['', { id: 'I-000001' }],
    ['https://api.made.example/1/item', undefined],
    [undefined, undefined],
  ])('is known by the address %s that a header of the answer has', async (address, item) => {
    const { write } = made({ create: { ...call, answerId: { header: 'location', query: 'docNo' } } })
    const location = address === '' ? 'https://api.made.example/1/item?docNo=I-000001' : address
    play(() => ({ status: 201, ...(location === undefined ? {} : { headers: { location } }) }))
    expect(await write(create({ name: 'a' }))).toEqual({ kind: 'written', item })
  })

  it('is sent as a form', async () => {
    const { write } = made({ create: { ...call, encoding: 'form' } })
    play(() => ({ body: { id: 1 } }))
    await write(create({ name: 'a b', address: { city: 'Ipoh' }, notes: null, lines: [1] }))
    expect(platform.calls[0]!.body).toBe('name=a+b&address%5Bcity%5D=Ipoh&notes=&lines%5B0%5D=1')
  })

  it.each([
    ['nothing', {}, { status: 204 }, undefined],
    [
      'the id alone',
      { answerId: 'result.id' },
      { status: 201, body: { result: { id: 'x1' }, success: true } },
      { id: 'x1' },
    ],
  ])('is written although the answer says %s', async (_what, about, answer, item) => {
    const { write } = made({ create: { ...call, ...about }, update: change })
    play(() => answer)
    expect(await write(create({ name: 'a' }))).toEqual({ kind: 'written', item })
    play(() => ({ status: 204 }))
    expect(await write(update('1', { name: 'b' }))).toEqual({ kind: 'written', item: undefined })
  })

  it.each<[string, NonNullable<ModelDefinition['idempotency']>, (call: PlatformCall) => unknown]>([
    ['the query', { in: 'query', name: 'requestid' }, ({ path }) => path.split('requestid=')[1]],
    ['a header', { in: 'header', name: 'idempotency-key' }, ({ headers }) => headers['idempotency-key']],
    ['the body', { in: 'body', name: 'meta.key' }, ({ body }) => (JSON.parse(body) as { meta: Body }).meta.key],
  ])('takes its key in %s', async (_what, idempotency, keyIn) => {
    const { write } = made({ create: call, idempotency })
    play(() => ({ body: { id: 1 } }))
    await write(create({ meta: { a: 1 } }), 'key-1')
    expect(keyIn(platform.calls[0]!)).toBe('key-1')
  })

  it('is refused by status, by the code of the model, or by what the platform means', async () => {
    const errors = {
      code: 'error',
      inside200: { path: 'ok', equals: false },
      meanings: { gone: 'not-found', old: 'stale' } as const,
    }
    const { write } = made({ update: change, errors: { duplicate: ['taken'] } }, { errors })
    for (const [status, error, why] of [
      [404, 'x', 'missing'],
      [412, 'x', 'stale'],
      [400, 'taken', 'duplicate'],
      [200, 'gone', 'missing'],
      [200, 'old', 'stale'],
      [422, 'other', 'rejected'],
    ] as const) {
      play(() => ({ status, body: { ok: false, error } }))
      expect([error, await write(update('1', { name: 'b' }))]).toEqual([
        error,
        { kind: 'refused', why, said: { code: error, message: error } },
      ])
    }
    play(() => ({ status: 403, body: {} }))
    await expect(write(update('1', { name: 'b' }))).rejects.toMatchObject({ code: 'PROVIDER_REJECTED' })
    expect(await write(update('..', { name: 'b' }))).toEqual({ kind: 'refused', why: 'rejected' })
  })
})

describe('one item by a GraphQL mutation', () => {
  const mutation = { kind: 'graphql' as const, path: '/graphql' }
  const faults = (name: string) => ({ list: `data.${name}.userErrors`, code: 'code' })
  const about: Partial<ModelDefinition> = {
    create: {
      ...{ ...mutation, document: 'mutation($input: I!) { make(input: $input) { item { id } userErrors { code } } }' },
      ...{ input: 'input', item: 'data.make.item', faults: faults('make') },
    },
    update: {
      ...{ ...mutation, document: 'mutation($id: ID!, $input: I!) { change(id: $id, input: $input) { item { id } } }' },
      ...{ input: 'input', id: 'id', item: 'data.change.item', faults: faults('change'), cleared: null },
    },
    delete: {
      ...mutation,
      document: 'mutation($id: ID!) { drop(id: $id) { userErrors { code } } }',
      id: 'id',
      faults: faults('drop'),
    },
    read: {
      ...{ path: '/graphql', document: 'query($id: ID!) { item(id: $id) { id } }', idAt: 'variables.id' },
      ...{ item: 'data.item', absent: 'missing' },
    },
    errors: { duplicate: ['TAKEN'], missing: ['NOT_FOUND'] },
  }
  const errors = {
    code: 'errors.0.extensions.code',
    inside200: 'errors',
    meanings: { THROTTLED: 'rate-limited' as const },
  }
  const { write, read } = made(about, { errors })

  it('is made, changed, read and deleted', async () => {
    play((_call, { query, variables }) => {
      const name = /\{ (\w+)/.exec(String(query))![1]!
      const { id = 'gid://1', input = {} } = variables as { id?: string; input?: Body }
      return {
        body: { data: name === 'item' ? { item: { id } } : { [name]: { item: { ...input, id }, userErrors: [] } } },
      }
    })
    expect(await write(create({ name: 'a' }))).toEqual({ kind: 'written', item: { id: 'gid://1', name: 'a' } })
    expect(await write(update('gid://2', { name: 'b' }))).toEqual({
      kind: 'written',
      item: { id: 'gid://2', name: 'b' },
    })
    expect(await read('gid://3')).toEqual({ id: 'gid://3' })
    expect(await write(remove('gid://4'))).toEqual({ kind: 'deleted' })
    expect(platform.calls.map(sentTo)).toEqual(Array(4).fill('POST /graphql'))
    expect(JSON.parse(platform.calls[3]!.body)).toMatchObject({ variables: { id: 'gid://4' } })
  })

  it('is refused by what the answer lists beside its data', async () => {
    for (const [code, why] of [
      ['TAKEN', 'duplicate'],
      ['NOT_FOUND', 'missing'],
      ['OTHER', 'rejected'],
    ] as const) {
      play(() => ({ body: { data: { make: { item: null, userErrors: [{ code }] } } } }))
      expect(await write(create({ name: 'a' }))).toEqual({ kind: 'refused', why, said: { code } })
    }
  })

  it('is written although the answer does not have it', async () => {
    const { update: change } = about
    const { item: _item, ...unanswered } = change as Extract<typeof change, { kind: 'graphql' }>
    const { write: blind } = made({ ...about, update: unanswered }, { errors })
    play(() => ({ body: { data: { change: { userErrors: [] } } } }))
    expect(await blind(update('gid://2', { name: 'b' }))).toEqual({ kind: 'written', item: undefined })
  })

  it('fails by what the whole document is refused for, and is not there when it is null', async () => {
    play(() => ({ body: { errors: [{ extensions: { code: 'THROTTLED' } }] } }))
    await expect(write(create({ name: 'a' }))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    play(() => ({ body: { data: { item: null } } }))
    expect(await read('gid://9')).toBeUndefined()
    play(() => ({ body: { data: { make: { item: null, userErrors: [] } } } }))
    await expect(write(create({ name: 'a' }))).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  })
})

describe('one batch with mixed operations', () => {
  const { writeAll, model } = made({
    create: { kind: 'call', method: 'POST', path: '/items', encoding: 'json' },
    update: { kind: 'call', method: 'POST', path: '/items', encoding: 'json', idField: 'Id', cleared: '' },
    delete: { kind: 'mark', body: { active: false }, restore: { active: true } },
    batch: {
      ...{ kind: 'mixed', size: 3, path: '/batch', requests: 'batch.requests', answers: 'batch.answers' },
      ...{
        correlation: 'bId',
        operation: { field: 'op', create: 'new', update: 'set' },
        thing: 'Item',
        faultCode: 'Fault.0.code',
      },
    },
    errors: { stale: ['5010'] },
  })
  const writes: NamedWrite[] = [
    { name: 'r1', write: create({ name: 'a' }) },
    { name: 'r2', write: update('2', { name: 'b' }) },
    { name: 'r3', write: remove('3') },
  ]

  it('is answered by name, in whatever order', async () => {
    play((_call, body) => {
      const { requests } = body.batch as { requests: { bId: string; op: string; Item: Body }[] }
      expect(requests.map(({ op }) => op)).toEqual(['new', 'set', 'set'])
      const answers = requests.map(({ bId, Item }) => (bId === 'r2' ? { bId, Fault: [{ code: 5010 }] } : { bId, Item }))
      return { body: { batch: { answers: answers.reverse() } } }
    })
    expect(await writeAll(writes)).toMatchObject([
      { kind: 'written', item: { name: 'a' } },
      { kind: 'refused', why: 'stale' },
      { kind: 'written', item: { Id: '3', active: false } },
    ])
  })

  it.each([
    ['what nobody asked for', [{ bId: 'r9', Item: {} }]],
    ['one thing twice', ['r1', 'r1', 'r2'].map(bId => ({ bId, Item: {} }))],
    ['too little', [{ bId: 'r1', Item: {} }]],
  ])('is not believed when it answers %s', async (_what, answers) => {
    play(() => ({ body: { batch: { answers } } }))
    await expect(writeAll(writes)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  })

  it('takes as many as it may', () => {
    const groups = groupWrites(model, [...writes, ...writes])
    expect(groups.map(group => group.length)).toEqual([3, 3])
  })
})

describe('a batch for each operation', () => {
  const single = {
    create: { kind: 'call' as const, method: 'PUT' as const, path: '/items', encoding: 'json' as const },
    update: {
      kind: 'call' as const,
      method: 'POST' as const,
      path: '/items/{id}',
      encoding: 'json' as const,
      cleared: '' as const,
    },
    delete: { kind: 'call' as const, method: 'DELETE' as const, path: '/items/{id}' },
    errors: { duplicate: ['EXISTS'] },
  }
  const named = (...writes: Write[]): NamedWrite[] => writes.map((write, n) => ({ name: `r${n}`, write }))
  const believed = (answer: Promise<unknown>) => answer.catch((error: unknown) => (error as { code: string }).code)

  /** Rows in the order of the requests, each with its own mistake. */
  const byPosition = made({
    ...single,
    batch: {
      ...{ kind: 'by-operation', size: 2, requests: 'Contacts', answers: 'Contacts' },
      create: { method: 'PUT', path: '/contacts', query: { summarizeErrors: 'false' } },
      update: { method: 'POST', path: '/contacts', id: 'ContactID' },
      match: { by: 'position' },
      faults: { in: 'answer', code: 'ValidationErrors.0.Code' },
    },
  })

  it('has writes of one kind in one call, and the others alone', () => {
    const writes = [create({}), update('1', {}), create({}), create({}), remove('2')].map(write => ({ write }))
    const groups = groupWrites(byPosition.model, writes)
    expect(groups.map(group => group.map(({ write }) => write.kind))).toEqual([
      ...[['create', 'create'], ['create'], ['update'], ['delete']],
    ])
  })

  it('is answered by position, with mistakes inside a 200', async () => {
    play((_call, body) => ({
      body: {
        Contacts: (body.Contacts as Body[]).map(contact =>
          contact.Name === 'taken'
            ? { ...contact, ValidationErrors: [{ Code: 'EXISTS' }] }
            : { ...contact, done: true },
        ),
      },
    }))
    expect(await byPosition.writeAll(named(create({ Name: 'a' }), create({ Name: 'taken' })))).toMatchObject([
      { kind: 'written', item: { Name: 'a', done: true } },
      { kind: 'refused', why: 'duplicate' },
    ])
    expect(await byPosition.writeAll(named(update('x1', { Name: 'b' }), update('x2', { Name: 'c' })))).toEqual([
      { kind: 'written', item: { ContactID: 'x1', Name: 'b', done: true } },
      { kind: 'written', item: { ContactID: 'x2', Name: 'c', done: true } },
    ])
    expect(platform.calls.map(sentTo)).toEqual(['PUT /contacts?summarizeErrors=false', 'POST /contacts'])
    play(() => ({ body: { Contacts: [{}] } }))
    expect(await believed(byPosition.writeAll(named(create({}), create({}))))).toBe('PROVIDER_ERROR')
  })

  /** Answers by a key that they repeat; what was refused is listed apart, in a 207. */
  const byKey = made({
    ...single,
    batch: {
      ...{ kind: 'by-operation', size: 100, requests: 'inputs', answers: 'results', item: 'properties' },
      create: { method: 'POST', path: '/batch/create' },
      update: { method: 'POST', path: '/batch/update', id: 'id' },
      delete: { method: 'POST', path: '/batch/archive', id: 'id' },
      match: { by: 'key', request: 'traceId', answer: 'traceId' },
      faults: { in: 'list', list: 'errors', code: 'category', at: 'context.traceId.0' },
    },
  })
  const three = named(create({ a: 1 }), create({ a: 2 }), create({ a: 3 }))
  const result = (n: number) => ({ id: `i${n}`, traceId: `r${n}`, properties: { a: n + 1 } })
  const fault = (n: number) => ({ category: 'EXISTS', context: { traceId: [`r${n}`] } })

  it('is answered by key, and its refusals in a list of their own', async () => {
    play((_call, body) => {
      expect(body.inputs).toEqual([0, 1, 2].map(n => ({ traceId: `r${n}`, properties: { a: n + 1 } })))
      return { status: 207, body: { results: [result(2), result(0)], errors: [fault(1)] } }
    })
    expect(await byKey.writeAll(three)).toMatchObject([
      { kind: 'written', item: { a: 1 } },
      { kind: 'refused', why: 'duplicate' },
      { kind: 'written', item: { a: 3 } },
    ])
    play(() => ({ status: 204 }))
    expect(await byKey.writeAll(named(remove('1'), remove('2')))).toEqual([{ kind: 'deleted' }, { kind: 'deleted' }])
    expect(JSON.parse(platform.calls[0]!.body)).toMatchObject({ inputs: [{ id: '1' }, { id: '2' }] })
  })

  it('is to be looked at where the refusals do not tell which change or deletion they are about', async () => {
    const gone = { category: 'NOT_FOUND', context: { ids: ['x2'] } }
    play(() => ({ status: 207, body: { results: [{ traceId: 'r0', properties: { a: 1 } }], errors: [gone] } }))
    expect(await byKey.writeAll(named(update('x1', { a: 1 }), update('x2', { a: 2 })))).toMatchObject([
      { kind: 'written', item: { a: 1 } },
      { kind: 'refused', why: 'missing' },
    ])
  })

  it('says what goes with each request and with all, and is answered by a list of ids', async () => {
    const rows = made({
      ...single,
      batch: {
        ...{ kind: 'by-operation', size: 200, requests: 'records', answerId: 'key' },
        ...{ body: { allOrNone: false }, request: { type: 'Contact' } },
        create: { method: 'POST', path: '/rows' },
        delete: { method: 'POST', path: '/rows/delete', id: 'id', bare: true },
        match: { by: 'position' },
        faults: { in: 'answer', code: 'errors.0.code' },
      },
    })
    play((_call, body) => {
      expect(body).toEqual({ allOrNone: false, records: [1, 2].map(a => ({ type: 'Contact', a })) })
      return { body: [{ key: 'n1', errors: [] }, { errors: [{ code: 'EXISTS' }] }] }
    })
    expect(await rows.writeAll(named(create({ a: 1 }), create({ a: 2 })))).toMatchObject([
      { kind: 'written', item: { id: 'n1' } },
      { kind: 'refused', why: 'duplicate', said: { code: 'EXISTS' } },
    ])
    play((_call, body) => {
      expect(body.records).toEqual([{ id: '1' }, { id: '2' }])
      return { status: 204 }
    })
    expect(await rows.writeAll(named(remove('1'), remove('2')))).toEqual([{ kind: 'deleted' }, { kind: 'deleted' }])
  })

  it.each([
    ['one is answered twice', { results: [result(0), result(0), result(1)] }],
    ['one is both written and refused', { results: [result(0), result(1), result(2)], errors: [fault(1)] }],
    ['one is not answered', { results: [result(0)], errors: [fault(1)] }],
    ['nobody asked for one', { results: [result(0), result(1), result(9)] }],
    ['one has no key', { results: [result(0), result(1), {}] }],
    ['it has no form', { results: 'none' }],
    ['it is empty', undefined],
  ])('is not believed when %s', async (_what, body) => {
    play(() => ({ status: 207, body }))
    expect(await believed(byKey.writeAll(three))).toBe('PROVIDER_ERROR')
  })

  it.each([
    ['left out', [{ a: 1 }, { a: 3 }]],
    ['an empty place', [{ a: 1 }, null, { a: 3 }]],
  ])('is answered by position, where what was refused is %s', async (_what, done) => {
    const { batch, ...rest } = byPosition.model
    const positions = made({
      ...rest,
      batch: {
        ...{ ...batch, kind: 'by-operation', requests: 'rows', answers: 'done', match: { by: 'position' } },
        ...{ size: 10, create: { method: 'POST', path: '/rows' } },
        faults: { in: 'list', list: 'failed', code: 'why', at: 'index' },
      },
    })
    play(() => ({ body: { done, failed: [{ index: 1, why: 'EXISTS' }] } }))
    expect(await positions.writeAll(three)).toMatchObject([
      { kind: 'written', item: { a: 1 } },
      { kind: 'refused', why: 'duplicate' },
      { kind: 'written', item: { a: 3 } },
    ])
  })
})

describe('reading an item', () => {
  it('finds it in a list, and that there is none', async () => {
    const { read } = made({
      read: {
        path: '/items',
        query: { limit: 1 },
        body: { where: {} },
        idAt: 'where.id',
        item: 'rows.0',
        absent: 'missing',
      },
    })
    play((_call, body) => ({ body: { rows: (body.where as Body).id === '1' ? [{ id: 1 }] : [] } }))
    expect([await read('1'), await read('2')]).toEqual([{ id: 1 }, undefined])
    expect(sentTo(platform.calls[0]!)).toBe('POST /items?limit=1')
    play(() => ({ status: 404 }))
    expect(await read('1')).toBeUndefined()
    expect(await read('..')).toBeNull()
    play(() => ({ body: { rows: ['text'] } }))
    await expect(read('1')).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  })

  it('reads several in a call, and says nothing of those that are not answered', async () => {
    const { readAll } = made({
      readMany: {
        path: '/items/read',
        body: { fields: ['name'] },
        ids: 'inputs',
        idAt: 'id',
        items: 'results',
        size: 100,
      },
    })
    play((_call, body) => {
      expect(body).toEqual({ fields: ['name'], inputs: [{ id: '1' }, { id: '2' }, { id: '3' }] })
      return { status: 207, body: { results: [{ id: 3, name: 'c' }, { id: '1' }, { id: '9' }], errors: [{}] } }
    })
    expect(Object.fromEntries(await readAll(['1', '2', '3']))).toEqual({ 1: { id: '1' }, 3: { id: 3, name: 'c' } })
  })

  it('reads several by what the query says of them, but for those that cannot be said', async () => {
    const { readAll } = made({
      readMany: {
        ...{ path: '/items', query: { size: 100 }, param: 'q', size: 100 },
        ...{ each: "'{id}'", between: ' or ', says: 'where id is {ids}' },
      },
    })
    const asked: string[] = []
    play(call => {
      asked.push(`${call.method} ${decodeURIComponent(call.path).replaceAll('+', ' ')}`)
      return { body: [{ id: '1' }] }
    })
    expect(Object.fromEntries(await readAll(['1', "2'", '3']))).toEqual({ 1: { id: '1' } })
    expect(asked).toEqual(["GET /items?size=100&q=where id is '1' or '3'"])
    expect(await readAll(["2'"])).toEqual(new Map())
    expect(asked).toHaveLength(1)
  })

  it('takes an answer without it for no answer, unless the definition says otherwise', async () => {
    const { read } = made({ read: { path: '/items/{id}', item: 'item' } })
    play(() => ({ body: { item: null } }))
    await expect(read('1')).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  })
})
