import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { expireIdempotencyKeys } from '../../src/http/idempotency/idempotency-store.ts'
import { route } from '../../src/http/route.ts'
import { createServer } from '../../src/http/server.ts'
import { call, createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const besideHub = await createTestHub({ beside: hub })
const beside = await createTestServer(besideHub)

const create = (key: string, body: unknown = { name: 'once' }) =>
  workspace.request<{ id: string; secret: string; error: { code: string } }>('POST', '/v1/api-keys', body, {
    'idempotency-key': key,
  })
async function keysNamed(name: string): Promise<number> {
  const { rows } = await hub.pool.query('select 1 from api_keys where workspace_id = $1 and name = $2', [
    workspace.workspaceId,
    name,
  ])
  return rows.length
}

describe('an Idempotency-Key', () => {
  it('makes a repeat answer with the first success, in any process', async () => {
    const first = await create('a', { name: 'repeat' })
    expect(first.status).toBe(201)
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
    const second = await create('a', { name: 'repeat' })
    expect([second.status, second.headers['idempotent-replayed'], second.body]).toEqual([201, 'true', first.body])
    const third = await call(
      beside,
      workspace.apiKey,
      'POST',
      '/v1/api-keys',
      { name: 'repeat' },
      { 'idempotency-key': 'a' },
    )
    expect(third.body).toEqual(first.body)
    expect(await keysNamed('repeat')).toBe(1)
  })

  it('stands for exactly one method, URL and body', async () => {
    await create('b', { name: 'exact' })
    for (const body of [{ name: 'other' }, '{ "name": "exact" }']) {
      const answer = await create('b', body)
      expect([answer.status, answer.body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT'])
    }
    const body = { name: 'exact', provider: 'github' }
    await workspace.request('POST', '/v1/provider-apps', body, { 'idempotency-key': 'b2' })
    const elsewhere = await workspace.request('POST', '/v1/provider-apps?x=1', body, { 'idempotency-key': 'b2' })
    expect(elsewhere.body.error.code).toBe('INVALID_REQUEST')
    const other = await call(
      app,
      hub.config.adminKey,
      'POST',
      '/v1/workspaces',
      { name: 'w' },
      { 'idempotency-key': 'b3' },
    )
    const url = `/v1/workspaces/${other.body.id}/api-keys`
    const same = await call(app, hub.config.adminKey, 'POST', url, { name: 'w' }, { 'idempotency-key': 'b3' })
    expect(same.body.error.code).toBe('IDEMPOTENCY_CONFLICT')
  })

  it("is its workspace's own", async () => {
    await create('c', { name: 'own' })
    const other = await createWorkspace(hub)
    const answer = await other.request('POST', '/v1/api-keys', { name: 'own' }, { 'idempotency-key': 'c' })
    expect(answer.status).toBe(201)
    expect(answer.headers).not.toHaveProperty('idempotent-replayed')
  })

  it("is its API key's own: no other is told what that one was", async () => {
    const asker = (await create('narrow', { name: 'narrow', permissions: ['api-keys:write'] })).body.secret
    const strong = await create('nightly', { name: 'nightly' })
    expect(strong.body.secret).toMatch(/^sk_/)
    const weak = await call(app, asker, 'POST', '/v1/api-keys', { name: 'nightly' }, { 'idempotency-key': 'nightly' })
    expect(weak.status).toBe(201)
    expect(weak.headers).not.toHaveProperty('idempotent-replayed')
    expect(weak.body).toMatchObject({ permissions: ['api-keys:write'] })
    expect(weak.body.secret).not.toBe(strong.body.secret)
    expect((await create('nightly', { name: 'nightly' })).body).toEqual(strong.body)
  })

  it('lets one of many at once through', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('d', { name: 'crowd' })))
    const codes = answers.map(({ status, body }) => (status === 201 ? body.id : body.error.code))
    const ids = new Set(codes.filter(code => code !== 'IDEMPOTENCY_IN_PROGRESS'))
    expect(ids.size).toBe(1)
    expect(await keysNamed('crowd')).toBe(1)
    const refused = answers.find(({ status }) => status === 409)
    if (refused) expect(refused.headers['retry-after']).toBe('1')
  })

  it('is free again after an error', async () => {
    const wrong = await create('e', { name: 'wrong', permissions: ['*', 'x'] })
    expect(wrong.status).toBe(400)
    const limited = await create('e2', { name: 'limited', permissions: ['*'] })
    expect(limited.status).toBe(201)
    const unknown = () =>
      workspace.request('POST', '/v1/provider-apps', { name: 'x', provider: 'no' }, { 'idempotency-key': 'e3' })
    expect((await unknown()).body.error.code).toBe('INVALID_PROVIDER')
    expect((await unknown()).body.error.code).toBe('INVALID_PROVIDER')
    const { rows } = await hub.pool.query(`select key from idempotency_keys where key = any('{e,e3}')`)
    expect(rows).toEqual([])
  })

  it('of a crashed process is held for a minute and then taken over', async () => {
    const first = await create('f', { name: 'crash' })
    const forget = (age: string) =>
      hub.pool.query(
        `update idempotency_keys set status = null, answer = null, key_id = null, taken_at = now() - $1::interval
         where key = 'f'`,
        [age],
      )
    await forget('50 seconds')
    expect((await create('f', { name: 'crash' })).body.error.code).toBe('IDEMPOTENCY_IN_PROGRESS')
    expect((await create('f', { name: 'else' })).body.error.code).toBe('IDEMPOTENCY_CONFLICT')
    await forget('61 seconds')
    expect((await create('f', { name: 'else' })).body.error.code).toBe('IDEMPOTENCY_CONFLICT')
    const again = await create('f', { name: 'crash' })
    expect(again.status).toBe(201)
    expect(again.body.id).not.toBe(first.body.id)
    expect((await create('f', { name: 'crash' })).body.id).toBe(again.body.id)
  })

  it('stays held while its handler lives, also after the caller was let go, and then has its answer', async () => {
    let runs = 0
    const slow = route({
      ...{ method: 'POST', url: '/v1/slow', tag: 'Test', summary: 'Test', access: 'api-keys:write', idempotent: true },
      reply: z.strictObject({ run: z.int() }),
      async handler() {
        const run = ++runs
        await sleep(2_000)
        return { run }
      },
    })
    const server = await createServer(hub, [slow], { answerWithinMs: 200, idempotencyHoldMs: 400 })
    const other = await createServer(besideHub, [slow], { answerWithinMs: 200, idempotencyHoldMs: 400 })
    try {
      const ask = (at: FastifyInstance) =>
        call(at, workspace.apiKey, 'POST', '/v1/slow', undefined, { 'idempotency-key': 'slow' })
      expect((await ask(server)).body.error.code).toBe('CALL_TIMEOUT')
      for (const waitMs of [300, 500, 500]) {
        await sleep(waitMs)
        expect((await ask(other)).body.error.code).toBe('IDEMPOTENCY_IN_PROGRESS')
      }
      await sleep(1_000)
      expect((await ask(other)).body).toEqual({ run: 1 })
      expect(runs).toBe(1)
    } finally {
      await Promise.all([server.close(), other.close()])
    }
  })

  it('is 1 to 255 visible ASCII characters', async () => {
    for (const key of ['x'.repeat(256), 'with space', '\u00e9']) {
      expect((await create(key)).body.error.code).toBe('INVALID_REQUEST')
    }
    expect((await create('x'.repeat(255), { name: 'long' })).status).toBe(201)
  })

  it('keeps its answer sealed, and in its place', async () => {
    const { body } = await create('g', { name: 'sealed' })
    const { rows } = await hub.pool.query<{ text: string }>(
      `select encode(answer, 'escape') as text from idempotency_keys where key = 'g'`,
    )
    expect(rows[0]!.text).not.toContain(body.secret.slice(9))
    await create('h', { name: 'sealed too' })
    await hub.pool.query(
      `update idempotency_keys set answer = (select answer from idempotency_keys where key = 'g') where key = 'h'`,
    )
    const moved = await create('h', { name: 'sealed too' })
    expect([moved.status, moved.body.error.code]).toEqual([500, 'INTERNAL'])
  })

  it('is free again after a day, and removed in small batches', async () => {
    const first = await create('i', { name: 'day' })
    await hub.pool.query(`update idempotency_keys set expires_at = now() - interval '1 second' where key = 'i'`)
    const second = await create('i', { name: 'else' })
    expect(second.status).toBe(201)
    expect(second.body.id).not.toBe(first.body.id)
    const { rows } = await hub.pool.query<{ count: number }>('select count(*) as count from idempotency_keys')
    await hub.pool.query(`update idempotency_keys set expires_at = now() - interval '1 second'`)
    expect(await expireIdempotencyKeys(hub, 2)).toBe(2)
    expect(await expireIdempotencyKeys(hub, 1000)).toBe(rows[0]!.count - 2)
    expect(await expireIdempotencyKeys(hub, 1000)).toBe(0)
  })

  it('works for the operator too', async () => {
    const make = () =>
      call(app, hub.config.adminKey, 'POST', '/v1/workspaces', { name: 'w' }, { 'idempotency-key': 'admin-1' })
    const [first, second] = [await make(), await make()]
    expect(second.body).toEqual(first.body)
  })
})
