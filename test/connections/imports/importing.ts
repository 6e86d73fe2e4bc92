import type { FastifyInstance } from 'fastify'
import { connectionSettings } from '../../../src/connections/policy.ts'
import type { Hub } from '../../../src/hub.ts'
import type { TestWorkspace } from '../../support/hub.ts'
import { approve, callBack, eventually, type Connecting } from '../accounts.ts'

/** Waits that a test can wait for. */
export const quickSettings = {
  ...connectionSettings,
  imports: { stepMs: 3_000, leaseMs: 8_000, backoffMs: [300], waitForMs: 600_000 },
}

export interface ShownImport {
  id: string
  state: string
  dryRun: boolean
  counts: Record<string, number>
  waits: { provider: string; code: string; rows: number }[]
  finishedAt: string | null
}

export interface ShownRow {
  number: number
  externalId: string | null
  provider: string | null
  outcome: string | null
  code: string | null
  detail: string | null
  advice: string
  connectionId: string | null
}

/** Tokens that another system would bring: won through the hub, then taken out of it. */
export async function foreignTokens(
  hub: Hub,
  app: FastifyInstance,
  workspace: TestWorkspace,
  providerAppId: string,
  account: string,
): Promise<{ accessToken: string; refreshToken: string }> {
  const started = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId },
  })
  const callback = await approve(started.body.authorizationUrl, { account })
  await callBack(url => app.inject({ url }), callback)
  const place = { workspaceId: workspace.workspaceId, ownerId: started.body.connection.id, field: 'tokens' }
  return (await hub.credentials.get<{ accessToken: string; refreshToken: string }>(hub.db, place))!
}

/** Sends an import and waits for its end. */
export async function importAll(
  workspace: TestWorkspace,
  body: unknown,
  { type, query = '' }: { type?: string; query?: string } = {},
): Promise<{ ended: ShownImport; rows: ShownRow[] }> {
  const headers = type === undefined ? {} : { 'content-type': type }
  const sent = await workspace.request<ShownImport>('POST', `/v1/connection-imports${query}`, body, headers)
  if (sent.status !== 202) throw new Error(`the import was not taken: ${JSON.stringify(sent.body)}`)
  return endOf(workspace, sent.body.id)
}

export async function endOf(workspace: TestWorkspace, id: string) {
  const ended = await eventually('the end of the import', async () => {
    const { body } = await workspace.request<ShownImport>('GET', `/v1/connection-imports/${id}`)
    return body.state !== 'running' && body.counts['undecided'] === 0 && body
  })
  return { ended, rows: await rowsOf(workspace, id) }
}

export async function rowsOf(workspace: TestWorkspace, id: string, query = ''): Promise<ShownRow[]> {
  const { body } = await workspace.request<{ data: ShownRow[] }>('GET', `/v1/connection-imports/${id}/rows${query}`)
  return body.data
}

/** What is sealed of rows that are not decided. */
export async function sealedRows(hub: Hub): Promise<number> {
  const { rows } = await hub.pool.query<{ n: number }>(
    `select count(*)::integer as n from credentials where owner_id like 'row\\_%'`,
  )
  return rows[0]!.n
}
