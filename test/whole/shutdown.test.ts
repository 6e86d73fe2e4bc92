import { processTree, isRunning } from '../../dev/process-tree.mjs'
import type { StackProcess } from '../../dev/stack.ts'
import { stripeKey } from '../../dev/sandbox/settings.ts'
import { createApp } from '../connections/accounts.ts'
import type { TestWorkspace } from '../support/hub.ts'
import { createHook, startPublisher } from './publisher.ts'
import { eventually, isReady, startRunning, workspaceAt, type Running } from './running.ts'

const graceMs = 3_000

let running: Running
let workspace: TestWorkspace

beforeAll(async () => {
  running = await startRunning()
  workspace = await running.createWorkspace()
})

/** Asks a process to end, as an orchestrator does; gives its exit code and how long that took. Nothing of it must be left. */
async function terminate({ pid, exited }: StackProcess): Promise<{ code: number | NodeJS.Signals; tookMs: number }> {
  const tree = processTree(pid)
  const askedAtMs = performance.now()
  process.kill(pid, 'SIGTERM')
  const code = await exited
  const tookMs = performance.now() - askedAtMs
  expect(tree.filter(isRunning)).toEqual([])
  return { code, tookMs }
}

describe('a worker that is told to stop', () => {
  it('records what it sent and hands back what it did not: nothing is lost, nothing sent twice', async () => {
    const { hook, arrived } = await createHook(workspace, running.stack.receiver, 'stop.sent')
    hook.answerWith({ delayMs: 300 })
    const stopping = await running.startWorker('worker-stopping')
    await isReady(stopping.url)
    await running.worker.stop() // the slots are the stopping one's now
    const publisher = startPublisher(workspace, 'stop.sent')
    await eventually('the middle of delivering', () => arrived().size > 100)
    const { code, tookMs } = await terminate(stopping.worker)
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(10_000)

    hook.answerWith(200)
    await running.worker.restart()
    await publisher.stop()
    await eventually('every accepted event', () => arrived().size >= publisher.accepted.size, {
      ...{ withinMs: 40_000, logsOf: [running.worker] },
    })
    expect([...arrived()].sort()).toEqual([...publisher.accepted].sort())
    expect(hook.summary()).toMatchObject({ duplicates: 0, unverified: 0 })
  })

  it('waits no longer than its grace for receivers that do not answer; another worker delivers', async () => {
    const { hook, arrived } = await createHook(workspace, running.stack.receiver, 'stop.slow')
    const [slow, accepted] = [5, 20]
    hook.answerWith({ delayMs: 14_000, times: slow })
    const stopping = await running.startWorker('worker-impatient', { WORKER_SHUTDOWN_GRACE_MS: String(graceMs) })
    await isReady(stopping.url)
    await running.worker.stop()
    const events = Array.from({ length: accepted }, () => ({ type: 'stop.slow', data: {} }))
    expect((await workspace.request('POST', '/v1/events', { events })).status).toBe(202)
    await eventually('requests under way', () => hook.arrivals().length >= slow)
    const { code, tookMs } = await terminate(stopping.worker)
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(graceMs + 5_000)

    await running.worker.restart()
    await eventually('every accepted event', () => arrived().size >= accepted, {
      ...{ withinMs: 40_000, logsOf: [running.worker] },
    })
    expect(hook.summary().duplicates).toBeLessThanOrEqual(slow)
  })

  it('stops although Postgres is away, and so does an API', async () => {
    const { stack } = running
    const { arrived } = await createHook(workspace, stack.receiver, 'stop.away')
    const stopping = await running.startWorker('worker-cut-off', { WORKER_SHUTDOWN_GRACE_MS: String(graceMs) })
    const api = await running.startApi('api-cut-off')
    await Promise.all([isReady(stopping.url), isReady(api.url)])
    await running.worker.stop()
    const publisher = startPublisher(workspaceAt(api.url, workspace.workspaceId, workspace.apiKey), 'stop.away', 1)
    await eventually('the middle of delivering', () => arrived().size > 30)
    await stack.postgres.kill()
    const stopped = await Promise.all([terminate(stopping.worker), terminate(api.api)])
    expect(stopped.map(({ code }) => code)).toEqual([0, 0])
    publisher.abandon()
    for (const { tookMs } of stopped) expect(tookMs).toBeLessThan(graceMs + 9_000)

    await Promise.all([stack.postgres.start(), running.worker.restart()])
    await eventually('every accepted event', () => [...publisher.accepted].every(id => arrived().has(id)), {
      ...{ withinMs: 40_000, logsOf: [running.worker] },
    })
  })
})

describe('an API that is told to stop', () => {
  it('answers what is under way, takes nothing more, and ends', async () => {
    const { sandbox } = running.stack
    const { api, url } = await running.startApi('api-stopping')
    await isReady(url)
    const through = workspaceAt(url, workspace.workspaceId, workspace.apiKey)
    const providerAppId = await createApp(through, sandbox.url, 'stripe')
    await sandbox.control.addFault({ platform: 'stripe', path: '/v1/account', kind: 'slow', delayMs: 2_000, times: 1 })
    const underWay = through.request('POST', '/v1/connections', {
      ...{ provider: 'stripe', providerAppId, credentials: { apiKey: stripeKey } },
    })
    await eventually('the request to be under way', async () => {
      const [slow] = await sandbox.control.faults()
      return slow?.met === 1
    })
    const ended = terminate(api)
    const refused = eventually('no more connections to be taken', () =>
      fetch(`${url}/health`).then(
        () => false,
        () => true,
      ),
    )
    expect((await underWay).status).toBe(201)
    await refused
    expect((await ended).code).toBe(0)
  })
})
