import pg from 'pg'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'

const hub = await createTestHub({ environment: { DATABASE_POOL_SIZE: '10' } })
await createTestServer(hub)
const [noisy, quiet] = [await createWorkspace(hub), await createWorkspace(hub)]

const write = (workspace: TestWorkspace, headers?: Record<string, string>) =>
  workspace.request('POST', '/v1/records', { collection: 'customers', data: { name: 'Ada' } }, headers)

/** Holds the lock of a workspace's collection, as a writer in another process would, while `work` is done. */
async function whileLocked(workspace: TestWorkspace, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: hub.config.database.url })
  await client.connect()
  try {
    await client.query('begin')
    const text = 'select from collections where workspace_id = $1 and name = $2 for update'
    expect((await client.query(text, [workspace.workspaceId, 'customers'])).rowCount).toBe(1)
    await work()
    await client.query('commit')
  } finally {
    await client.end()
  }
}

describe.each([10, 16, 64])('%i writers of one collection that wait for its lock', count => {
  it('leave another workspace its reads and its publishes', async () => {
    await Promise.all([write(noisy), write(quiet)])
    let writers: ReturnType<typeof write>[] = []
    await whileLocked(noisy, async () => {
      writers = Array.from({ length: count }, (_, n) =>
        write(noisy, n % 2 === 0 ? {} : { 'idempotency-key': `${count}-${n}` }),
      )
      let isOver = false
      void Promise.race(writers).then(() => (isOver = true))
      for (let turn = 0; turn < 10; turn++) {
        const read = await quiet.request('GET', '/v1/records?collection=customers')
        expect(read.status).toBe(200)
        expect((await quiet.request('POST', '/v1/events', { type: 'a.b', data: {} })).status).toBe(202)
        expect((await write(quiet)).status).toBe(201)
      }
      // Not that they had not come yet, or were refused.
      expect(isOver).toBe(false)
    })
    const statuses = (await Promise.all(writers)).map(({ status }) => status)
    expect(statuses).toEqual(Array(count).fill(201))
  })
})

describe('a pool of one connection', () => {
  it('is enough for calls that write, publish and are told of, however many at once', async () => {
    const small = await createTestHub({ environment: { DATABASE_POOL_SIZE: '1' } })
    await createTestServer(small)
    const workspace = await createWorkspace(small)
    const endpoint = { url: 'https://example.com/hooks', eventTypes: ['record.*'] }
    expect((await workspace.request('POST', '/v1/endpoints', endpoint)).status).toBe(201)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => write(workspace, { 'idempotency-key': String(n) })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201))
    const { body } = await workspace.request('GET', '/v1/deliveries?limit=100')
    expect(body.data).toHaveLength(12)
  })
})
