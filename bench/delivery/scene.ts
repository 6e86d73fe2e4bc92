import { execFile, fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { removePostgres } from '../../dev/postgres/postgres.ts'
import { startProduct, type Product } from '../../dev/product.ts'
import type { BenchOptions } from '../row.ts'

/** The product on its embedded parts, with a publisher and a receiver that are processes of their own. */
export interface Scene {
  home: string
  product: Product
  pool: pg.Pool
  workspaceId: string
  apiKey: string
  publisher: ChildProcess
  receiver: ChildProcess
  receiverUrl: string
  api<Body>(method: string, path: string, body: unknown, key?: string): Promise<Body>
}

const bench = dirname(import.meta.dirname)

/** Starts everything, with one endpoint that subscribes to `a.b`. */
export async function setScene({ say }: Pick<BenchOptions, 'say'>): Promise<Scene> {
  say('starting Postgres, Temporal, the API and a worker')
  const home = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const product = await startProduct({ home, usualPorts: false })
  say(`logs are in ${home}/logs`)
  const receiver = fork(join(bench, 'receiver.ts'))
  const { port } = await answerOf<{ port: number }>(receiver)
  const publisher = fork(join(bench, 'publisher.ts'))
  await answerOf(publisher)
  const { adminKey } = product.stack.secrets
  const call = async <Body>(method: string, path: string, body: unknown, key: string): Promise<Body> => {
    const answer = await fetch(product.apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Body
  }
  type Made = { id: string; apiKey: { secret: string } }
  const { id, apiKey } = await call<Made>('POST', '/v1/workspaces', { name: 'bench' }, adminKey)
  const receiverUrl = `http://127.0.0.1:${port}`
  await call('POST', '/v1/endpoints', { url: `${receiverUrl}/one`, eventTypes: ['a.b'] }, apiKey.secret)
  const pool = new pg.Pool({ connectionString: product.stack.databaseUrl, max: 2 })
  return {
    ...{ home, product, pool, workspaceId: id, apiKey: apiKey.secret, publisher, receiver, receiverUrl },
    api: (method, path, body, key = apiKey.secret) => call(method, path, body, key),
  }
}

export async function closeScene(scene: Scene): Promise<void> {
  scene.publisher.kill()
  scene.receiver.kill()
  await scene.pool.end()
  await scene.product.stack.stop()
  await removePostgres(join(scene.home, 'postgres'))
  rmSync(scene.home, { recursive: true, force: true })
}

/** The next message of a child. */
export function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise(resolve => child.once('message', message => resolve(message as Answer)))
}

/** Seconds. */
const longestRawLoop = 30

/** What the raw loop delivers a second, on the same Postgres. */
export async function rawLoop(scene: Scene, { seconds, say }: BenchOptions): Promise<number> {
  say('the raw loop')
  const script = join(bench, 'raw-deliver.ts')
  const args = [
    '--disable-warning=ExperimentalWarning',
    script,
    scene.product.stack.databaseUrl,
    String(Math.min(seconds, longestRawLoop)),
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return (JSON.parse(stdout) as { perSecond: number }).perSecond
}

/** Makes endpoints that subscribe to one type, each with a path of its own at the receiver. */
export async function makeEndpoints(scene: Scene, count: number, eventType: string): Promise<void> {
  const atOnce = 20
  for (let made = 0; made < count; made += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - made) }, (_, n) => made + n)
    await Promise.all(
      some.map(n =>
        scene.api('POST', '/v1/endpoints', { url: `${scene.receiverUrl}/${eventType}/${n}`, eventTypes: [eventType] }),
      ),
    )
  }
}
