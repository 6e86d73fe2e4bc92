import { randomInt } from 'node:crypto'
import type { SandboxProcess } from '../../dev/sandbox/process.ts'
import type { Hub } from '../../src/hub.ts'
import {
  approve,
  createApp,
  eventually,
  ownSandbox,
  type Connecting,
  type ShownConnection,
} from '../connections/accounts.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

/** A hub with its workers, a sandbox of its own, and a workspace with a connected QuickBooks company. */
export interface Company {
  hub: Hub
  sandbox: SandboxProcess
  workspace: TestWorkspace
  connectionId: string
  /** What a person does in the company. */
  customers: ReturnType<SandboxProcess['control']['customers']>
  realmId: string
}

/** Awaited at the top of a test file. */
export async function connectedCompany(customers = 20): Promise<Company> {
  const hub = await createTestHub({ environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' } })
  await startTestWorkers(hub)
  const sandbox = await ownSandbox({ customers })
  return anotherCompany(hub, sandbox)
}

/** A workspace of its own with a company of its own; `apiUrl` is where its API is called, if not at the sandbox itself. */
export async function anotherCompany(hub: Hub, sandbox: SandboxProcess, apiUrl?: string): Promise<Company> {
  const app = await createTestServer(hub)
  const workspace = await createWorkspace(hub)
  const appId = await createApp(
    workspace,
    sandbox.url,
    'quickbooks',
    apiUrl === undefined ? {} : throughApi(sandbox, apiUrl),
  )
  const begun = await workspace.request<Connecting>('POST', '/v1/connections', {
    provider: 'quickbooks',
    providerAppId: appId,
  })
  const realmId = String(9_130_000_000_000_000 + randomInt(1_000_000_000))
  const callback = await approve(begun.body.authorizationUrl, { account: realmId })
  await app.inject(callback.pathname + callback.search)
  const connection = await eventually('the connection', async () => {
    const { body } = await workspace.request<ShownConnection>('GET', `/v1/connections/${begun.body.connection.id}`)
    return body.status === 'connected' && body
  })
  return {
    ...{ hub, sandbox, workspace, connectionId: connection.id, realmId },
    customers: sandbox.control.customers(realmId),
  }
}

function throughApi(sandbox: SandboxProcess, apiUrl: string) {
  const origins = [
    'https://appcenter.intuit.com',
    'https://oauth.platform.intuit.com',
    'https://developer.api.intuit.com',
  ]
  const own = Object.fromEntries(origins.map(origin => [origin, `${sandbox.url}/quickbooks`]))
  return { baseUrls: { ...own, 'https://quickbooks.api.intuit.com': apiUrl } }
}

export interface ShownSync {
  id: string
  status: string
  pausedBecause: string | null
  schedule: Record<string, string> | null
  scheduleState: string
  nextRunAt: string | null
  lastRun: { id: string; status: string; errorCode: string | null; finishedAt: string } | null
  failingSince: string | null
  openRun: { id: string; status: string; errorCode: string | null; waitingFor: string | null } | null
  [member: string]: unknown
}

export interface ShownRun {
  id: string
  status: string
  errorCode: string | null
  deletionsHeld: number
  full: boolean
  phase: string
  counts: Record<'pulled' | 'created' | 'updated' | 'unchanged' | 'deleted' | 'pushed' | 'conflicts' | 'failed', number>
}

export interface ShownRecord {
  id: string
  data: Record<string, unknown>
  version: number
  deletedAt: string | null
}

export async function createSync(
  { workspace, connectionId }: Company,
  settings: Record<string, unknown> = {},
): Promise<string> {
  const made = await workspace.request<ShownSync>('POST', '/v1/syncs', {
    connectionId,
    model: 'customers',
    ...settings,
  })
  if (made.status !== 201) throw new Error(`no sync: ${JSON.stringify(made.body)}`)
  return made.body.id
}

/** Runs a sync to its end. */
export async function run(
  { workspace }: Company,
  syncId: string,
  body: Record<string, unknown> = {},
): Promise<ShownRun> {
  const asked = await workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`, body)
  if (asked.status !== 202) throw new Error(`no run: ${JSON.stringify(asked.body)}`)
  return endOf(workspace, syncId, asked.body.id)
}

export async function endOf(workspace: TestWorkspace, syncId: string, runId: string): Promise<ShownRun> {
  return eventually(
    `the end of ${runId}`,
    async () => {
      const { body } = await workspace.request<ShownRun>('GET', `/v1/syncs/${syncId}/runs/${runId}`)
      return body.status !== 'requested' && body.status !== 'running' && body
    },
    45_000,
  )
}

export async function records({ workspace }: Company, query = '', collection = 'customers'): Promise<ShownRecord[]> {
  const { body } = await workspace.request<{ data: ShownRecord[] }>(
    'GET',
    `/v1/records?collection=${collection}&limit=1000${query}`,
  )
  return body.data
}

export async function recordNamed(company: Company, displayName: string, query = ''): Promise<ShownRecord> {
  const found = (await records(company, query)).find(record => record.data.displayName === displayName)
  if (!found) throw new Error(`no record named ${displayName}`)
  return found
}

export async function patch(
  { workspace }: Company,
  recordId: string,
  data: Record<string, unknown>,
): Promise<ShownRecord> {
  const { status, body } = await workspace.request<ShownRecord>('PATCH', `/v1/records/${recordId}`, { data })
  if (status !== 200) throw new Error(`not patched: ${JSON.stringify(body)}`)
  return body
}
