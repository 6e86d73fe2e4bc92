import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectionClient } from '../../src/connections/client.ts'
import { freshTokens } from '../../src/connections/tokens/fresh-tokens.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { createTestHub, createTestServer, createWorkspace, environmentOf } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { ageToken, approve, callBack, createApp, eventually, ownSandbox, type Connecting } from './accounts.ts'
import type { ChildTask, StopAt } from './refresh-child.ts'

const graceMs = 3_000
const settings = { ...connectionSettings, leaseMs: 1_500, tokenCallTimeoutMs: 700, demandPollMs: 20 }
// Spending a token again later than this ends the whole grant.
const sandbox = await ownSandbox({ reuseGraceSeconds: graceMs / 1000 })
const hub = await createTestHub({ connectionSettings: settings })
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
await startTestWorkers(hub, ['workflows', 'connections'])
const { workspaceId } = workspace

const children: ChildProcessWithoutNullStreams[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Another process of the hub, ready to demand the connection's token. */
async function startChild(connectionId: string, stopAt: StopAt) {
  const task: ChildTask = { workspaceId, connectionId, settings, stopAt }
  const script = new URL('./refresh-child.ts', import.meta.url).pathname
  const env = { PATH: process.env.PATH ?? '', ...environmentOf(hub) }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, JSON.stringify(task)], {
    env,
  })
  children.push(child)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  child.stderr.on('data', (data: Buffer) => lines.push(`stderr ${data.toString()}`))
  const says = (what: RegExp) =>
    eventually(`${what} of ${lines.join(' | ')}`, async () => lines.find(l => what.test(l)))
  await says(/^ready/)
  return { demand: () => child.stdin.write('\n'), says, lines, signal: (name: NodeJS.Signals) => child.kill(name) }
}

interface Connected {
  id: string
  account: string
}

let realm = 7_000_000_000
async function connect(): Promise<Connected> {
  const account = String(++realm)
  const body = { provider: 'quickbooks', providerAppId: quickbooks }
  const started = await workspace.request<Connecting>('POST', '/v1/connections', body)
  const callback = await approve(started.body.authorizationUrl, { account })
  await callBack(url => app.inject({ url }), callback)
  return { id: started.body.connection.id, account }
}
const demand = (connectionId: string) => freshTokens(hub, { workspaceId, connectionId, actor: 'survivor' })

/** The account answers, the token can be refreshed once more, and no refresh token was shown again too late. */
async function expectAlive({ id: connectionId, account }: Connected): Promise<void> {
  const client = await connectionClient(hub, workspaceId, connectionId)
  const call = { method: 'GET', path: '/v3/company/{realmId}/companyinfo/{realmId}' } as const
  expect((await client.call(call)).status).toBe(200)
  await ageToken(hub, connectionId)
  await demand(connectionId)
  const shown = await workspace.request('GET', `/v1/connections/${connectionId}`)
  expect(shown.body.status).toBe('connected')
  const requests = await sandbox.control.tokenRequests({ account, grantType: 'refresh_token' })
  expect(requests.filter(request => request.outcome !== 'ok')).toEqual([])
}

const points: StopAt[] = ['before-send', 'after-answer', 'after-seal', 'while-storing']

/** What comes of each point. All are tried beside each other, as they mostly wait. */
function beside(attempt: (stopAt: StopAt) => Promise<void>): (stopAt: StopAt) => Promise<void> {
  const outcomes = new Map<StopAt, Promise<void>>()
  beforeAll(() => {
    for (const stopAt of points) outcomes.set(stopAt, attempt(stopAt))
    return Promise.allSettled(outcomes.values()).then(() => undefined)
  })
  return stopAt => outcomes.get(stopAt)!
}

describe('the process that refreshes may be killed', () => {
  const outcome = beside(async stopAt => {
    const connected = await connect()
    const { id, account } = connected
    const child = await startChild(id, stopAt)
    await ageToken(hub, id)
    child.demand()
    await child.says(/^stopping/)
    const waiting = demand(id)
    await sleep(300)
    child.signal('SIGKILL')
    expect((await waiting).connection.generation).toBe(2)
    // What is sealed is taken: the spent token is not shown again.
    const sent = await sandbox.control.tokenRequests({ account, grantType: 'refresh_token' })
    expect(sent).toHaveLength(stopAt === 'after-answer' ? 2 : 1)
    await expectAlive(connected)
  })

  it.each(points)('%s: the one who waits takes over', outcome)
})

describe('the process that refreshes may be stopped', () => {
  const outcome = beside(async stopAt => {
    const connected = await connect()
    const { id } = connected
    const child = await startChild(id, stopAt)
    await ageToken(hub, id)
    child.demand()
    await child.says(/^stopping/)
    expect((await demand(id)).connection.generation).toBe(2)
    await sleep(graceMs + 500)
    child.signal('SIGCONT')
    expect(await child.says(/^(generation|failed)/)).toBe('generation 2')
    await expectAlive(connected)
  })

  it.each(points)('%s beyond its lease and the grace, and go on', outcome)
})

describe('the process that refreshes', () => {
  it('may be killed with nobody waiting: the sweep finishes it within the grace', async () => {
    const connected = await connect()
    const { id } = connected
    const child = await startChild(id, 'after-answer')
    await ageToken(hub, id)
    child.demand()
    await child.says(/^stopping/)
    child.signal('SIGKILL')
    await hub.temporal.workflow.execute('refreshSweep', {
      workflowId: 'refresh-tokens-kill',
      taskQueue: 'workflows',
      args: [{ runForMs: 3_000, pollMs: 100 }],
    })
    await expectAlive(connected)
  })

  it('may be stopped at any moment', async () => {
    const connected = await connect()
    const { id } = connected
    const child = await startChild(id, 'never')
    for (let round = 0; round < 3; round += 1) {
      await ageToken(hub, id)
      const before = child.lines.length
      child.demand()
      await sleep(Math.random() * 60)
      child.signal('SIGSTOP')
      await demand(id)
      await sleep(settings.leaseMs)
      child.signal('SIGCONT')
      await eventually('the child to end', async () => child.lines.length > before)
      expect(child.lines.at(-1)).toMatch(/^generation/)
    }
    await expectAlive(connected)
  })
})
