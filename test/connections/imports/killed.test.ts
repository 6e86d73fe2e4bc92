import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createTestHub, createTestServer, createWorkspace, environmentOf } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createApp, eventually, ownSandbox } from '../accounts.ts'
import { endOf, foreignTokens, quickSettings, sealedRows, type ShownImport } from './importing.ts'
import type { ImportChildTask, StopAt } from './import-child.ts'

const sandbox = await ownSandbox({ reuseGraceSeconds: 120 })
const hub = await createTestHub({ connectionSettings: quickSettings })
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
await startTestWorkers(hub, ['workflows'])

const children: ChildProcessWithoutNullStreams[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** A worker that stops itself at a point. */
async function startChild(stopAt: StopAt) {
  const task: ImportChildTask = { settings: quickSettings, stopAt }
  const script = new URL('./import-child.ts', import.meta.url).pathname
  const env = { PATH: process.env.PATH ?? '', ...environmentOf(hub) }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, JSON.stringify(task)], {
    env,
  })
  children.push(child)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  child.stderr.on('data', (data: Buffer) => lines.push(`stderr ${data.toString()}`))
  const says = (what: RegExp) =>
    eventually(`${what} of ${lines.join(' | ')}`, async () => lines.find(line => what.test(line)))
  await says(/^ready/)
  return { child, says }
}

let realm = 6_000_000_000
/** Rows of which each is connected by the refresh token alone. */
async function rowsToRefresh(count: number) {
  const rows = []
  for (let n = 0; n < count; n++) {
    const realmId = String(++realm)
    const { refreshToken } = await foreignTokens(hub, app, workspace, quickbooks, realmId)
    rows.push({
      ...{ externalId: `row ${realmId}`, provider: 'quickbooks', providerAppId: quickbooks, config: { realmId } },
      tokens: { refreshToken },
    })
  }
  return rows
}

const points: StopAt[] = ['after-answer', 'while-storing']

it.each(points)(
  'a worker that is killed %s loses nothing and doubles nothing',
  async stopAt => {
    const usual = await startTestWorkers(hub, ['connections'])
    const rows = await rowsToRefresh(6)
    await usual.shutdown()
    await sandbox.control.forgetTokenRequests()
    const { child, says } = await startChild(stopAt)
    const sent = await workspace.request<ShownImport>('POST', '/v1/connection-imports', { connections: rows })
    await says(/^stopping/)
    child.kill('SIGKILL')
    const sealed = await hub.pool.query<{ account: string }>(
      `select replace(r.external_id, 'row ', '') as account from credentials c
       join connection_import_rows r on r.id = c.owner_id where c.field = 'won'`,
    )
    if (stopAt === 'while-storing') expect(sealed.rows).not.toEqual([])
    const next = await startTestWorkers(hub, ['connections'])
    const { ended, rows: decided } = await endOf(workspace, sent.body.id)
    expect(ended.counts).toMatchObject({ total: 6, connected: 6 })
    const { rows: found } = await hub.pool.query<{ id: string }>(
      'select id from connections where external_account_id = any($1) and imported_as is not null order by id',
      [rows.map(({ config }) => config.realmId)],
    )
    expect(found.map(({ id }) => id)).toEqual(decided.map(row => row.connectionId).sort())
    for (const { connectionId } of decided) {
      const checked = await workspace.request('POST', `/v1/connections/${connectionId}/check`)
      expect(checked.body.status).toBe('connected')
    }
    expect(await sealedRows(hub)).toBe(0)
    // What had been sealed was taken: its refresh token was shown once.
    for (const { account } of sealed.rows)
      expect(await sandbox.control.tokenRequests({ account, grantType: 'refresh_token' })).toHaveLength(1)
    // Nor was any shown that the platform no longer takes.
    const requests = await sandbox.control.tokenRequests({ grantType: 'refresh_token' })
    expect(requests.filter(request => request.outcome !== 'ok')).toEqual([])
    // Those that were under way when the process stopped may have been sent twice, and no others.
    expect(requests.length).toBeGreaterThanOrEqual(6)
    expect(requests.length).toBeLessThanOrEqual(10)
    await next.shutdown()
  },
  120_000,
)
