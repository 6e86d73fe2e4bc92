import { spawn, type ChildProcess } from 'node:child_process'

import { createTestHub, environmentOf } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { eventually, ownSandbox } from '../connections/accounts.ts'
import { anotherCompany, createSync, endOf, records, type ShownRun } from './company.ts'

const hub = await createTestHub()
// The queue of syncs is served by processes of their own, which can be killed.
await startTestWorkers(hub, ['workflows', 'connections'])
const sandbox = await ownSandbox({ customers: 6_000 })
const children: ChildProcess[] = []

function startSyncWorker(): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'workers/main.ts'], {
    env: {
      ...process.env,
      ...environmentOf(hub),
      ...{ WORKER_TASK_QUEUES: 'sync', WORKER_METRICS_PORT: '0', NODE_OPTIONS: '' },
    },
    stdio: 'ignore',
  })
  children.push(child)
  return child
}

afterAll(() => children.forEach(child => child.kill('SIGKILL')))

describe('a worker that is killed in the middle of a pull', () => {
  it('is followed by another that goes on at the committed page', async () => {
    const company = await anotherCompany(hub, sandbox)
    const { workspace } = company
    const syncId = await createSync(company)
    const first = startSyncWorker()
    await sandbox.control.addFault({ platform: 'quickbooks', kind: 'slow', delayMs: 700, path: '/v3' })
    const asked = await workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`)
    const url = `/v1/syncs/${syncId}/runs/${asked.body.id}`
    const before = await eventually('the first page', async () => {
      const { body } = await workspace.request<ShownRun>('GET', url)
      return body.counts.pulled > 0 && body
    })
    first.kill('SIGKILL')
    expect(before.status).toBe('running')
    await sandbox.control.clearFaults()
    startSyncWorker()
    const ended = await endOf(workspace, syncId, asked.body.id)
    const active = (await company.customers.list({ limit: 10_000 })).filter(customer => customer.Active).length
    // A page that was read again would be counted again.
    expect(ended).toMatchObject({ status: 'succeeded', counts: { pulled: active, created: active, failed: 0 } })
    const names = (await records(company)).map(({ data }) => data.displayName)
    expect(new Set(names).size).toBe(names.length)
    const { rows } = await hub.pool.query<{ n: number; items: number }>(
      'select count(*) as n, count(distinct external_id) as items from record_links where sync_id = $1',
      [syncId],
    )
    expect(rows[0]).toEqual({ n: active, items: active })
  })
})
