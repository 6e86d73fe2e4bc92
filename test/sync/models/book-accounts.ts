import { randomInt } from 'node:crypto'
import type { SandboxProcess } from '../../../dev/sandbox/process.ts'
import type { Hub } from '../../../src/hub.ts'
import { approve, createApp, eventually, type Connecting, type ShownConnection } from '../../connections/accounts.ts'
import { createTestServer, createWorkspace } from '../../support/hub.ts'
import { anotherCompany, createSync, run, type Company, type ShownRun } from '../company.ts'

export type Values = Record<string, unknown>
export type Model = 'customers' | 'products' | 'invoices' | 'payments'

/** The books of one side, connected, with a sync of each model that runs both ways. */
export interface Books {
  account: Company
  /** The organisation of Xero's, the company of QuickBooks' or SQL Accounting's, AutoCount's book. */
  id: string
  syncs: Record<Model, string>
  /** Runs the syncs of these models, in this order. */
  run(...models: Model[]): Promise<ShownRun[]>
}

const inOrder: readonly Model[] = ['customers', 'products', 'invoices', 'payments']

export async function quickbooksBooks(hub: Hub, sandbox: SandboxProcess, more: Values = {}): Promise<Books> {
  const account = await anotherCompany(hub, sandbox)
  return books(account, account.realmId, { products: 'items' }, more)
}

/** In a workspace of its own, or beside another's books. */
export async function xeroBooks(
  hub: Hub,
  sandbox: SandboxProcess,
  beside?: Company,
  more: Values = {},
): Promise<Books> {
  const app = await createTestServer(hub)
  const workspace = beside?.workspace ?? (await createWorkspace(hub))
  const providerAppId = await createApp(workspace, sandbox.url, 'xero')
  const begun = await workspace.request<Connecting>('POST', '/v1/connections', { provider: 'xero', providerAppId })
  const org = `org-${randomInt(1_000_000_000)}`
  const callback = await approve(begun.body.authorizationUrl, { account: org })
  await app.inject(callback.pathname + callback.search)
  const connection = await eventually('the connection', async () => {
    const { body } = await workspace.request<ShownConnection>('GET', `/v1/connections/${begun.body.connection.id}`)
    return body.status === 'connected' && body
  })
  const account = { ...beside, hub, sandbox, workspace, connectionId: connection.id } as Company
  return books(account, org, { customers: 'contacts', products: 'items' }, more)
}

const keys = {
  'sql-accounting': {
    accounts: ['books.causeway.example:8443', 'second.causeway.example', 'third.causeway.example'],
    secrets: ['sandbox/sql+secret:key%1', 'sandbox-sql-secret-2', 'sandbox-sql-secret-3'],
    models: { customers: 'customers', products: 'stock-items', invoices: 'invoices' },
    asked: (account: string, secretKey: string, index: number) => ({
      config: { host: account, region: 'ap-southeast-1', service: 'sqlaccount' },
      credentials: { accessKey: `SANDBOXSQLACCESSKEY${index + 1}`, secretKey },
    }),
  },
  autocount: {
    accounts: ['1', '2', '3'],
    secrets: ['sandbox-autocount-key', 'sandbox-autocount-key-2', 'sandbox-autocount-key-3'],
    models: { customers: 'customers', products: 'products', invoices: 'invoices' },
    asked: (bookId: string, apiKey: string, index: number) => ({
      config: { bookId },
      credentials: { apiKey, keyId: `a1b2c3d${index + 4}` },
    }),
  },
}

/** One of the sandbox's three companies of SQL Accounting or books of AutoCount, in a workspace of its own. */
export async function keyedBooks(
  hub: Hub,
  sandbox: SandboxProcess,
  provider: keyof typeof keys,
  index: number,
): Promise<Books> {
  const { accounts, secrets, models, asked } = keys[provider]
  const workspace = await createWorkspace(hub)
  const providerAppId = await createApp(workspace, sandbox.url, provider)
  const { status, body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider, method: 'key', providerAppId },
    ...asked(accounts[index]!, secrets[index]!, index),
  })
  if (status !== 201) throw new Error(`not connected: ${JSON.stringify(body)}`)
  const account = { hub, sandbox, workspace, connectionId: body.connection.id } as Company
  return books(account, accounts[index]!, models, {}, ['customers', 'products', 'invoices'])
}

async function books(
  account: Company,
  id: string,
  names: Partial<Record<Model, string>>,
  more: Values,
  all: readonly Model[] = inOrder,
): Promise<Books> {
  const syncs = {} as Record<Model, string>
  for (const model of all) {
    const settings = { direction: 'both', conflictPolicy: 'provider', ...more, ...(more[model] as Values | undefined) }
    for (const other of inOrder) delete (settings as Values)[other]
    syncs[model] = await createSync(account, { ...settings, model: names[model] ?? model })
  }
  return {
    ...{ account, id, syncs },
    async run(...models) {
      const ended: ShownRun[] = []
      for (const model of models.length > 0 ? models : all) ended.push(await run(account, syncs[model]))
      return ended
    },
  }
}
