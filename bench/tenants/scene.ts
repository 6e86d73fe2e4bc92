import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removePostgres } from '../../dev/postgres/postgres.ts'
import { startProduct, type Product } from '../../dev/product.ts'
import { callApi } from '../call.ts'

/** A workspace and its key. */
export interface Tenant {
  workspaceId: string
  apiKey: string
  /** @throws Error with the status and the answer for any status but 2xx */
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>
}

/** The product on its embedded parts. */
export interface TenantScene {
  product: Product
  say(line: string): void
  newTenant(name: string): Promise<Tenant>
  /** Starts a script of this folder as a process of its own; resolves with it when it has sent its first message. */
  start<First>(script: string, args?: string[]): Promise<{ child: ChildProcess; first: First }>
  close(): Promise<void>
}

export async function setTenantScene(say: (line: string) => void): Promise<TenantScene> {
  say('starting Postgres, Temporal, the API and a worker')
  const home = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const product = await startProduct({ home, usualPorts: false })
  say(`logs are in ${home}/logs`)
  const children: ChildProcess[] = []
  return {
    product,
    say,
    async newTenant(name) {
      type Made = { id: string; apiKey: { secret: string } }
      const { id, apiKey } = await callApi<Made>(
        product.apiUrl,
        product.stack.secrets.adminKey,
        'POST',
        '/v1/workspaces',
        { name },
      )
      const tenantCall: Tenant['call'] = (method, path, body) =>
        callApi(product.apiUrl, apiKey.secret, method, path, body)
      return { workspaceId: id, apiKey: apiKey.secret, call: tenantCall }
    },
    async start<First>(script: string, args: string[] = []) {
      const child = fork(join(import.meta.dirname, script), args)
      children.push(child)
      const first = await new Promise<First>(resolve => child.once('message', message => resolve(message as First)))
      return { child, first }
    },
    async close() {
      for (const child of children) child.kill()
      await product.stack.stop()
      await removePostgres(join(home, 'postgres'))
      rmSync(home, { recursive: true, force: true })
    },
  }
}
