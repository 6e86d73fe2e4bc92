import { Readable, Writable } from 'node:stream'
import { randomBytes } from 'node:crypto'
import { stripeKey } from '../../../dev/sandbox/settings.ts'
import { discardImport, receiveImport } from '../../../src/connections/imports/receiving/receive.ts'
import { fileBytes } from '../../../src/connections/imports/policy.ts'
import { createLogger } from '../../../src/logger.ts'
import { createTestHub, createWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { dumpDatabase, readHistories, sightings, type Canaries } from '../../whole/canaries.ts'
import { createApp, ownSandbox } from '../accounts.ts'
import { importAll, quickSettings, rowsOf, sealedRows } from './importing.ts'

const logLines: string[] = []
const stream = new Writable({
  write(chunk: Buffer, _encoding, done) {
    logLines.push(chunk.toString())
    done()
  },
})
const sandbox = await ownSandbox()
const log = createLogger({ level: 'trace', name: 'test', stream })
const hub = await createTestHub({ connectionSettings: quickSettings, log })
const workspace = await createWorkspace(hub)
const stripe = await createApp(workspace, sandbox.url, 'stripe')
await startTestWorkers(hub, ['workflows', 'connections'])

const csv = 'text/csv; charset=utf-8'
const lines = 'application/x-ndjson'
const send = (body: string | Buffer, type: string) =>
  workspace.request('POST', '/v1/connection-imports', body, { 'content-type': type })
const kept = async () =>
  (await hub.pool.query<{ n: number }>('select count(*)::integer as n from connection_imports')).rows[0]!.n

describe('a file of connections', () => {
  it('may be CSV with a byte order mark, CRLF and quotes', async () => {
    const file = [
      '\ufeffexternalId,provider,providerAppId,ownerId,tags,metadata.plan,credentials.apiKey',
      `"one, ""quoted""",stripe,${stripe},"a\r\nb",eu;pilot,gold,${stripeKey}`,
      `two,stripe,${stripe},user-2,,,${stripeKey}`,
      `three,stripe,${stripe}`,
      '',
    ].join('\r\n')
    const { rows } = await importAll(workspace, file, { type: csv })
    expect(rows.map(row => [row.externalId, row.outcome])).toEqual([
      ['one, "quoted"', 'failed'],
      ['two', 'connected'],
      [null, 'failed'],
    ])
    // An owner's id has no control characters.
    expect(rows[0]!.detail).toBe('ownerId: Must not contain control characters')
    expect((await workspace.request('GET', `/v1/connections/${rows[1]!.connectionId}`)).body).toMatchObject({
      ...{ ownerId: 'user-2', tags: [], status: 'connected' },
    })
  })

  it('may be JSON lines with a byte order mark and CRLF, each row for itself', async () => {
    const row = { provider: 'stripe', providerAppId: stripe, credentials: { apiKey: stripeKey } }
    const file = [
      `\ufeff${JSON.stringify({ externalId: 'line 1', tags: ['é'], ...row })}`,
      '{"externalId": "line 2", "credentials": {"apiKey": "cut',
      '',
      JSON.stringify({ externalId: 'line 3', ...row, surplus: 1 }),
      JSON.stringify({ ...row }),
      JSON.stringify({ externalId: 'line 5', ...row, tokens: { accessToken: 'too' } }),
      '{"externalId": "line 6", "externalId": "twice", "provider": "stripe"}',
    ].join('\r\n')
    const { ended, rows } = await importAll(workspace, file, { type: lines, query: '?dryRun=true' })
    expect(ended.dryRun).toBe(true)
    expect(rows.map(row => [row.number, row.outcome, row.detail])).toEqual([
      [1, 'connected', null],
      [2, 'failed', 'Is not JSON'],
      [3, 'failed', 'Has a member that there is not'],
      [4, 'failed', 'externalId: Is missing'],
      [5, 'failed', 'Takes either tokens or credentials'],
      [6, 'failed', 'externalId: This member is there twice'],
    ])
  })

  it('is refused whole, and leaves nothing behind, where it is no such file', async () => {
    const before = await kept()
    const secret = `canary${randomBytes(8).toString('hex')}`
    const odd: [string | Buffer, string, number][] = [
      [`${secret},stripe,${secret}\r\nx,stripe,${secret}`, csv, 400],
      [`externalId,provider\r\nx,"${secret}`, csv, 400],
      ['externalId,provider\r\n', csv, 400],
      ['', csv, 400],
      [Buffer.concat([Buffer.from(`{"a":"${secret}"}\n`), Buffer.from([0xff, 0xfe])]), lines, 400],
      [`{"externalId":"x","a":"${secret}${'x'.repeat(300_000)}"}`, lines, 400],
      [Buffer.alloc(fileBytes + 1, 32), lines, 413],
      [secret, 'text/plain', 415],
    ]
    for (const [body, type, status] of odd) {
      const answer = await send(body, type)
      expect([type, answer.status]).toEqual([type, status])
      expect(JSON.stringify(answer.body)).not.toContain(secret)
    }
    const keyed = await workspace.request('POST', '/v1/connection-imports', '{}', {
      ...{ 'content-type': lines, 'idempotency-key': 'once' },
    })
    expect(keyed.status).toBe(400)
    expect(await kept()).toBe(before)
    expect(await sealedRows(hub)).toBe(0)
    expect(logLines.join('')).not.toContain(secret)
  })

  it('that breaks off leaves nothing behind', async () => {
    const before = await kept()
    async function* breaking() {
      yield* Readable.from(Array.from({ length: 250 }, (_, n) => ({ text: '{}', externalId: String(n) })))
      throw new Error('the connection was cut')
    }
    const { workspaceId } = workspace
    const request = { workspaceId, actor: 'test', format: 'jsonl' as const, dryRun: false }
    await expect(receiveImport(hub, request, breaking())).rejects.toThrow('cut')
    expect([await kept(), await sealedRows(hub)]).toEqual([before, 0])
    await discardImport(hub, { id: 'imp_none', workspaceId })
  })

  it('has a report that is paged, by outcome, and a table', async () => {
    const file = ['a', 'b', '=c'].map(id => JSON.stringify({ externalId: id, provider: 'nobody' })).join('\n')
    const { ended } = await importAll(workspace, file, { type: lines })
    const url = `/v1/connection-imports/${ended.id}/rows`
    const first = await workspace.request('GET', `${url}?limit=2&outcome=failed`)
    expect(first.body.data.map(row => row.externalId)).toEqual(['a', 'b'])
    const second = await workspace.request('GET', `${url}?limit=2&outcome=failed&cursor=${first.body.nextCursor}`)
    expect([second.body.data.map(row => row.externalId), second.body.nextCursor]).toEqual([['=c'], null])
    expect(await rowsOf(workspace, ended.id, '?outcome=connected')).toEqual([])
    for (const [query, headers] of [
      ['?format=csv', {}],
      ['', { accept: 'text/csv' }],
    ] as const) {
      const table = await workspace.request<string>('GET', url + query, undefined, headers)
      expect(table.headers['content-type']).toBe('text/csv; charset=utf-8')
      const [head, ...rest] = table.body.split('\r\n')
      expect(head).toBe('number,externalId,provider,outcome,code,detail,advice,connectionId,decidedAt')
      expect(rest.map(line => line.split(',').slice(0, 4))).toEqual([
        ['1', 'a', '', 'failed'],
        ['2', 'b', '', 'failed'],
        ['3', "'=c", '', 'failed'],
        [''],
      ])
    }
    expect((await workspace.request('GET', '/v1/connection-imports')).body.data[0]!.id).toBe(ended.id)
  })
})

describe('the secrets of an import', () => {
  it('are nowhere: not in an answer, a log, a history, a metric, a dump', async () => {
    const secrets: Canaries = new Map()
    const canary = (what: string) => {
      const value = `canary${what}${randomBytes(8).toString('hex')}`
      secrets.set(value, what)
      return value
    }
    const key = `sk_test_${canary('key')}`
    const file = [
      JSON.stringify({ externalId: 's1', provider: 'stripe', providerAppId: stripe, credentials: { apiKey: key } }),
      JSON.stringify({ externalId: 's2', provider: 'stripe', tokens: { accessToken: canary('access') } }),
      JSON.stringify({ externalId: 's3', provider: canary('provider'), tokens: { refreshToken: canary('refresh') } }),
      JSON.stringify({ externalId: 's4', [canary('name')]: 1, config: { [canary('config')]: 7 } }),
      `{"externalId": "s5", "tokens": "${canary('cut')}`,
      JSON.stringify({ externalId: 7, provider: 'stripe', tags: [canary('tag')], expiresAt: canary('expiry') }),
    ].join('\n')
    const { ended, rows } = await importAll(workspace, file, { type: lines })
    expect(rows.map(row => row.outcome)).toEqual(['needs_reauth', ...Array<string>(5).fill('failed')])
    const { body: metrics } = await workspace.request<string>('GET', '/metrics')
    const table = await workspace.request<string>('GET', `/v1/connection-imports/${ended.id}/rows?format=csv`)
    const { workflows, bytes } = await readHistories(hub.temporal)
    expect(workflows).toContain('importConnections')
    const dump = await dumpDatabase(hub.pool)
    expect(dump).toContain(ended.id)
    const hex: Canaries = new Map([...secrets].map(([value, what]) => [Buffer.from(value).toString('hex'), what]))
    expect([
      ...sightings(secrets, 'answers', JSON.stringify([ended, rows, table.body])),
      ...sightings(secrets, 'logs', logLines.join('')),
      ...sightings(secrets, 'histories', bytes),
      ...sightings(secrets, 'metrics', metrics),
      ...sightings(secrets, 'dump', dump),
      ...sightings(hex, 'dump', dump),
    ]).toEqual([])
    expect(await sealedRows(hub)).toBe(0)
  })
})
