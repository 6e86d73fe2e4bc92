import { randomBytes } from 'node:crypto'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { loadConfig } from '../../src/config.ts'
import { createServer } from '../../src/http/server.ts'
import { createHub, type Hub } from '../../src/hub.ts'
import { createTestDatabase } from './database.ts'
import { claimNamespace } from './namespace.ts'

/** Where a test hub lives: as another process's environment would say it. */
export type TestEnvironment = Record<string, string>

const environments = new WeakMap<Hub, TestEnvironment>()
const servers = new WeakMap<Hub, FastifyInstance>()
const closing: (() => Promise<unknown>)[] = []

// This module is imported before a database is made, so that everything is closed before its database is dropped.
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

/** What is to be done when the test file ends, while its hubs still work. */
export function atClose(work: () => Promise<unknown>): void {
  closing.push(work)
}

export interface TestHubOptions extends NonNullable<Parameters<typeof createHub>[1]> {
  /** Variables over the test's own: `{ LOG_LEVEL: 'debug' }`. */
  environment?: TestEnvironment
  /** Another hub whose database, namespace and keys it takes, as a second process would. */
  beside?: Hub
}

/**
 * A hub on a database and a Temporal namespace of its own, with fresh keys, which may call 127.0.0.0/8. It logs nothing
 * unless `LOG_LEVEL` is given. It is closed when the test file ends. One with a database of its own is made at the file's top or in a `beforeAll`.
 */
export async function createTestHub({ environment, beside, ...overrides }: TestHubOptions = {}): Promise<Hub> {
  const own = (beside && environments.get(beside)) ?? (await freshEnvironment())
  const variables = { ...own, ...environment }
  const hub = createHub(loadConfig(variables), { name: 'causeway-test', ...overrides })
  environments.set(hub, variables)
  closing.push(() => hub.close())
  return hub
}

/** The variables of a test hub, for a real process beside it. */
export function environmentOf(hub: Hub): TestEnvironment {
  const environment = environments.get(hub)
  if (!environment) throw new Error('not a hub of createTestHub')
  return environment
}

async function freshEnvironment(): Promise<TestEnvironment> {
  const [database, temporal] = await Promise.all([createTestDatabase(), claimNamespace()])
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:8080',
    ADMIN_KEY: randomBytes(24).toString('base64url'),
    ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
    // So that the tests can be run on the smallest pool.
    ...(process.env.DATABASE_POOL_SIZE !== undefined && { DATABASE_POOL_SIZE: process.env.DATABASE_POOL_SIZE }),
  }
}

/** The API on a hub, to inject requests into or to listen. Closed when the test file ends. */
export async function createTestServer(hub: Hub): Promise<FastifyInstance> {
  const app = await createServer(hub)
  await app.ready()
  servers.set(hub, app)
  closing.push(() => app.close())
  return app
}

export interface Answer<Body> {
  status: number
  headers: Record<string, string>
  /** Parsed when it is JSON. Its type is what the test says it is: `request<{ id: string }>(…)`. */
  body: Body
}

/** The members that a test may read without naming a type: those of an error, of a list, and an id. */
export interface AnyBody {
  id: string
  data: Record<string, unknown>[]
  nextCursor: string | null
  error: { code: string; message: string; details?: unknown; requestId: string }
  [member: string]: unknown
}

export interface TestWorkspace {
  workspaceId: string
  apiKey: string
  /** Calls the API in the name of the workspace. A string or Buffer is sent as it is, anything else as JSON. */
  request: <Body = AnyBody>(
    method: Method,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer<Body>>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A workspace with a key that may do everything, made through the API. */
export async function createWorkspace(hub: Hub, body: Record<string, unknown> = {}): Promise<TestWorkspace> {
  const app = servers.get(hub) ?? (await createTestServer(hub))
  type Made = { id: string; apiKey: { secret: string } }
  const made = await call<Made>(app, hub.config.adminKey, 'POST', '/v1/workspaces', { name: 'Test workspace', ...body })
  if (made.status !== 201) throw new Error(`the workspace was not made: ${JSON.stringify(made.body)}`)
  const apiKey = made.body.apiKey.secret
  return {
    workspaceId: made.body.id,
    apiKey,
    request: (method, url, body, headers) => call(app, apiKey, method, url, body, headers),
  }
}

/** One request with a key; undefined sends none. */
export async function call<Body = AnyBody>(
  app: FastifyInstance,
  key: string | undefined,
  method: Method,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const raw = typeof body === 'string' || Buffer.isBuffer(body)
  const options: InjectOptions = {
    method,
    url,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: raw ? body : JSON.stringify(body) }),
  }
  const answer = await app.inject(options)
  const json = (answer.headers['content-type'] ?? '').toString().startsWith('application/json')
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: (json ? JSON.parse(answer.body) : answer.body) as Body,
  }
}
