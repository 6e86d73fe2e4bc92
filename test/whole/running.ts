import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removePostgres } from '../../dev/postgres/postgres.ts'
import { logTail } from '../../dev/processes/processes.ts'
import { startProduct, workerFlags, type Product } from '../../dev/product.ts'
import type { SandboxSettings } from '../../dev/sandbox/settings.ts'
import type { StackProcess } from '../../dev/stack.ts'
import { watchFolder } from '../../dev/watchdog.ts'
import { quickestFolder } from '../support/folders.ts'
import type { Answer, AnyBody, Method, TestWorkspace } from '../support/hub.ts'
import { bundlePath } from '../support/stack.ts'

/** The product as its users run it: real processes on a stack of the test file's own. */
export interface Running extends Product {
  /** Makes a workspace, and calls the API over HTTP in its name. */
  createWorkspace(): Promise<TestWorkspace>
  /** Starts a further API process; gives it with its address, whether it is ready or not. */
  startApi(name: string, env?: Record<string, string>): Promise<{ api: StackProcess; url: string }>
  /** Starts a further worker process; gives it with the address of its `/ready` and `/metrics`. */
  startWorker(name: string, env?: Record<string, string>): Promise<{ worker: StackProcess; url: string }>
}

/** A new folder for a stack; removed, with what Postgres keeps elsewhere, by the function given. */
export function temporaryHome(): { home: string; remove: (this: void) => Promise<void> } {
  const folder = mkdtempSync(join(quickestFolder(), 'causeway-whole-'))
  chmodSync(folder, 0o755) // Postgres may run as another user
  watchFolder(folder)
  const home = join(folder, 'home')
  return {
    home,
    async remove() {
      await removePostgres(join(home, 'postgres'))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts the product; everything is stopped and removed when the test file ends. To be called in a `beforeAll`. */
export async function startRunning(sandboxSettings: Partial<SandboxSettings> = {}): Promise<Running> {
  const { home, remove } = temporaryHome()
  const product = await startProduct({
    ...{ home, usualPorts: false, sandboxSettings, say: () => undefined },
    bundle: bundlePath(),
  })
  stopping.push(() => product.stack.stop(), remove)
  const { stack, apiUrl } = product
  return {
    ...product,
    createWorkspace: () => createWorkspace(apiUrl, stack.secrets.adminKey),
    async startApi(name, env = {}) {
      const port = await stack.port(name, 0)
      const url = `http://127.0.0.1:${port}`
      const api = await stack.spawnProcess(name, 'src/main.ts', { PORT: String(port), PUBLIC_URL: url, ...env })
      return { api, url }
    },
    async startWorker(name, env = {}) {
      const [port, sdkPort] = [await stack.port(name, 0), await stack.port(`${name}-sdk`, 0)]
      const ports = { WORKER_METRICS_PORT: String(port), WORKER_SDK_METRICS_PORT: String(sdkPort) }
      const worker = await stack.spawnProcess(name, 'workers/main.ts', { ...ports, ...env }, workerFlags)
      return { worker, url: `http://127.0.0.1:${port}` }
    },
  }
}

const stopping: (() => Promise<unknown>)[] = []

afterAll(async () => {
  for (const stop of stopping.splice(0)) await stop()
})

/** One request over HTTP, whatever is answered. `key` undefined sends none. */
export async function call<Body = AnyBody>(
  url: string,
  key: string | undefined,
  method: Method = 'GET',
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  const json = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: (json ? JSON.parse(text) : text) as Body,
  }
}

async function createWorkspace(apiUrl: string, adminKey: string): Promise<TestWorkspace> {
  type Made = { id: string; apiKey: { secret: string } }
  const { status, body } = await call<Made>(`${apiUrl}/v1/workspaces`, adminKey, 'POST', { name: 'Whole product' })
  if (status !== 201) throw new Error(`the workspace was not made: ${JSON.stringify(body)}`)
  return workspaceAt(apiUrl, body.id, body.apiKey.secret)
}

/** The same workspace, called through an API process. */
export function workspaceAt(apiUrl: string, workspaceId: string, apiKey: string): TestWorkspace {
  return {
    workspaceId,
    apiKey,
    request: (method, path, body, headers) => call(apiUrl + path, apiKey, method, body, headers),
  }
}

/** Asks until the answer is neither undefined nor false; gives it. Throws with the end of the logs given otherwise. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 60_000, logsOf = [] }: { withinMs?: number; logsOf?: StackProcess[] } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline) {
      const logs = logsOf.map(({ name, logFile }) => `\n--- ${name}\n${logTail(logFile)}`)
      throw new Error(`waited ${withinMs} ms in vain for ${what}${logs.join('')}`)
    }
    await sleep(100)
  }
}

interface Ready {
  status: string
  checks: Record<string, { status: string }>
}

/** What `/ready` of an API says: its HTTP status, its own word, and which parts failed; undefined when nobody answers. */
export async function readiness(url: string): Promise<{ http: number; status: string; failed: string[] } | undefined> {
  const answer = await call<Ready>(`${url}/ready`, undefined).catch(() => undefined)
  if (!answer) return undefined
  const { status, checks = {} } = answer.body
  const failed = Object.keys(checks).filter(name => checks[name]?.status !== 'ok')
  return { http: answer.status, status, failed }
}

/** Waits until `/ready` of an API or a worker answers with this word. */
export async function isReady(url: string, word = 'ready', withinMs = 30_000, logsOf: StackProcess[] = []) {
  await eventually(`${url}/ready to say ${word}`, async () => (await readiness(url))?.status === word, {
    ...{ withinMs, logsOf },
  })
}
