import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { RotateKeysResult } from '../../src/credentials/contract.ts'
import { rotateKeysName } from '../../src/credentials/contract.ts'
import type { KeyRing } from '../../src/credentials/key-ring.ts'
import { credentialsTable } from '../../src/credentials/reseal.ts'
import { rotateSlice, usesOfKeys } from '../../src/credentials/rotate.ts'
import { sealedAt } from '../../src/http/idempotency/idempotency.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { eventually } from '../connections/accounts.ts'
import { call, createTestHub, createTestServer, createWorkspace, environmentOf } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

const before = await createTestHub()
const old = environmentOf(before).ENCRYPTION_KEYS!
const next = `next:${randomBytes(32).toString('base64')}`
// What processes are while keys change: the new one first, and at last alone.
const rotating = await createTestHub({ beside: before, environment: { ENCRYPTION_KEYS: `${next},${old}` } })
const after = await createTestHub({ beside: before, environment: { ENCRYPTION_KEYS: next } })
await startTestWorkers(rotating, ['workflows'])
const workspace = await createWorkspace(before)
const { workspaceId } = workspace
const { pool } = before

const children: ChildProcess[] = []
const startWorker = () => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'workers/main.ts'], {
    env: {
      ...process.env,
      ...environmentOf(rotating),
      ...{ WORKER_TASK_QUEUES: 'connections', WORKER_METRICS_PORT: '0', NODE_OPTIONS: '' },
    },
    stdio: 'ignore',
  })
  children.push(child)
  return child
}
afterAll(() => children.forEach(child => child.kill('SIGKILL')))

const secrets = 20_000
const answers = 1_000
const ownerOf = (n: number) => `conn_${String(n).padStart(5, '0')}`
const seed = async (ring: KeyRing) => {
  const numbers = Array.from({ length: secrets }, (_, n) => n)
  const sealed = numbers.map(n => ring.seal({ workspaceId, ownerId: ownerOf(n), field: 'tokens' }, `"secret ${n}"`))
  await pool.query(
    `insert into credentials (workspace_id, owner_id, field, key_id, sealed)
     select $1, owner, 'tokens', $2, bytes from unnest($3::text[], $4::bytea[]) as v (owner, bytes)`,
    [workspaceId, ring.currentKeyId, numbers.map(ownerOf), sealed.map(one => one.sealed)],
  )
  const keys = Array.from({ length: answers }, (_, n) => `key-${n}`)
  const kept = keys.map(key => ring.seal(sealedAt({ workspaceId, callerId: 'caller', key }), '{}'))
  await pool.query(
    `insert into idempotency_keys (workspace_id, caller_id, key, request_hash, holder, status, key_id, answer, expires_at)
     select $1, 'caller', key, '', gen_random_uuid(), 201, $2, bytes, now() + interval '1 hour'
     from unnest($3::text[], $4::bytea[]) as v (key, bytes)`,
    [workspaceId, ring.currentKeyId, keys, kept.map(one => one.sealed)],
  )
}
const sealedBy = async (key: string) => {
  const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from credentials where key_id = $1', [
    key,
  ])
  return rows[0]!.n
}
const opens = async (hub: typeof before) => {
  const owners = Array.from({ length: secrets / 100 }, (_, n) => ownerOf(n * 100))
  const opened = await hub.credentials.getMany<string>(hub.db, workspaceId, owners, 'tokens')
  return owners.every((owner, n) => opened.get(owner) === `secret ${n * 100}`)
}

describe('rotateKeys', () => {
  it('seals everything anew though workers are killed, and says which key may go: everything opens without it', async () => {
    await seed(before.credentials.ring)
    const made = { method: 'POST', url: '/v1/api-keys', body: { name: 'kept', permissions: ['*'] } } as const
    const headers = { 'idempotency-key': 'of-before' }
    const first = await workspace.request<{ secret: string }>(made.method, made.url, made.body, headers)
    const oldKey = before.credentials.ring.currentKeyId

    const worker = startWorker()
    const handle = await rotating.temporal.workflow.start(rotateKeysName, {
      workflowId: 'rotate-keys-test',
      taskQueue: taskQueues.workflows,
      args: [{ batchSize: 50 }],
    })
    await eventually('the first batch', async () => (await sealedBy('next')) > 0, 60_000)
    worker.kill('SIGKILL')
    const halfway = await sealedBy('next')
    expect(halfway).toBeLessThan(secrets)
    expect(await opens(rotating)).toBe(true)
    startWorker()
    const result = (await handle.result()) as RotateKeysResult
    expect(result.unopened).toBe(0)
    expect(result.keys).toEqual([
      { key: 'next', state: 'current', sealed: expect.any(Number) as number },
      { key: oldKey, state: 'old', sealed: 0 },
    ])
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
    expect(currentDetails).toContain(`Key ${oldKey} is no longer used: it may be taken off the ring.`)

    expect(await opens(after)).toBe(true)
    expect(await usesOfKeys(after, [credentialsTable])).toMatchObject([{ key: 'next', state: 'current' }])
    const app = await createTestServer(after)
    const again = await call(app, workspace.apiKey, made.method, made.url, made.body, headers)
    expect([again.headers['idempotent-replayed'], again.body.secret]).toEqual(['true', first.body.secret])
    const metrics = await call<string>(app, undefined, 'GET', '/metrics')
    expect(metrics.body).toMatch(/causeway_encryption_key_used\{key="next"\} 1/)
  }, 150_000)

  it('leaves what does not open as it is, and tells of it', async () => {
    await pool.query(
      `insert into credentials (workspace_id, owner_id, field, key_id, sealed)
       select $1, 'conn_broken' || n, 'tokens', $2, '\\x01' from generate_series(1, 3) n`,
      [workspaceId, before.credentials.ring.currentKeyId],
    )
    const place = { workspaceId, ownerId: 'conn_after', field: 'tokens' }
    await before.credentials.put(before.db, place, 'whole')
    const slice = await rotateSlice(rotating, [credentialsTable], null, { batchSize: 2, forMs: 60_000 })
    expect(slice).toEqual({ keyId: 'next', resealed: 1, unopened: 3, next: null })
    expect(await after.credentials.get(after.db, place)).toBe('whole')
    expect(await usesOfKeys(after, [credentialsTable])).toMatchObject([
      { key: 'next', state: 'current' },
      { key: before.credentials.ring.currentKeyId, state: 'missing', sealed: 3 },
    ])
  })

  it('neither waits for a value that is being written nor takes the writer’s away', async () => {
    const place = { workspaceId, ownerId: 'conn_written', field: 'tokens' }
    await before.credentials.put(before.db, place, 'first')
    const slice = await before.db.transaction().execute(async trx => {
      await rotating.credentials.put(trx, place, 'second')
      return rotateSlice(rotating, [credentialsTable], null, { batchSize: 10, forMs: 60_000 })
    })
    expect(slice.resealed).toBe(0)
    expect(await after.credentials.get(after.db, place)).toBe('second')
  })

  it('is not carried on by a process whose first key is another', async () => {
    const from = { keyId: 'next', next: { table: 'credentials', keyId: 'next', after: null } }
    await expect(rotateSlice(before, [credentialsTable], from, { batchSize: 10, forMs: 1_000 })).rejects.toMatchObject({
      code: 'INTERNAL',
      retryable: true,
    })
  })
})
