import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createTestHub, createWorkspace, environmentOf, type TestEnvironment } from '../support/hub.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const main = new URL('../../src/main.ts', import.meta.url).pathname

function start(environment: TestEnvironment) {
  return spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...environment }, stdio: 'pipe' })
}

async function startReady(environment: TestEnvironment = {}) {
  const child = start({ ...environmentOf(hub), LOG_LEVEL: 'debug', ...environment })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    reader.on('line', line => {
      lines.push(line)
      const { msg, url } = JSON.parse(line) as { msg: string; url?: string }
      if (msg === 'api ready' && url !== undefined) resolve(url)
    })
    child.once('exit', code => reject(new Error(`ended with ${code}: ${lines.join('\n')}`)))
  })
  return { child, url, lines }
}

describe('the API process', () => {
  it('says that it is ready, serves, and stops at SIGTERM', async () => {
    const { child, url } = await startReady()
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ status: 'ready' })
    const startedAt = Date.now()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })

  it('starts while Postgres and Temporal are down', async () => {
    const { child, url } = await startReady({
      DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    })
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`${url}/ready`)).status).toBe(503)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('writes no key, query, or body to its log', async () => {
    const { child, url, lines } = await startReady()
    const headers = { authorization: `Bearer ${workspace.apiKey}`, 'content-type': 'application/json' }
    const body = JSON.stringify({
      provider: 'github',
      name: 'canary-name',
      clientId: 'c',
      clientSecret: 'canary-secret',
    })
    await fetch(`${url}/v1/provider-apps`, { method: 'POST', headers, body })
    await fetch(`${url}/v1/provider-apps?code=canary-code`, { headers })
    await fetch(`${url}/oauth/callback/github?code=canary-code&state=canary-state`)
    await fetch(`${url}/v1/provider-apps`, { method: 'POST', headers, body: '{"canary-body' })
    await fetch(`${url}/v1/canary-path`, { headers: { authorization: 'Bearer canary-key' } })
    child.kill('SIGTERM')
    await once(child, 'exit')
    const log = lines.join('\n')
    expect(log).toContain('/v1/provider-apps')
    expect(log).toContain(workspace.workspaceId)
    expect(log).not.toContain('canary')
    expect(log).not.toContain(workspace.apiKey.slice(9))
    expect(log).not.toContain(hub.config.adminKey)
  })

  it('ends plainly with what is wrong in its configuration', async () => {
    const child = start({ ...environmentOf(hub), PORT: 'canary', ADMIN_KEY: '' })
    let text = ''
    child.stderr.on('data', chunk => (text += String(chunk)))
    expect((await once(child, 'close'))[0]).toBe(1)
    expect(text).toContain('PORT: ')
    expect(text).toContain('ADMIN_KEY: is missing')
    expect(text).not.toMatch(/canary|at .*\.ts/)
  })

  it('ends with an error when its address is taken', async () => {
    const { child, url } = await startReady()
    const second = start({ ...environmentOf(hub), LOG_LEVEL: 'info', PORT: new URL(url).port })
    expect((await once(second, 'exit'))[0]).toBe(1)
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
})
