import { visitAsPerson } from '../../dev/browser.ts'
import type { SandboxProcess } from '../../dev/sandbox/process.ts'
import { createApp, type Connecting, type ShownConnection } from '../connections/accounts.ts'
import type { TestWorkspace } from '../support/hub.ts'
import { eventually } from './running.ts'

/** Begins to connect a QuickBooks company: the address for the person's browser. */
export async function beginConnecting(workspace: TestWorkspace, appId: string): Promise<Connecting> {
  const begun = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId: appId },
  })
  if (begun.status !== 201) throw new Error(`not begun: ${JSON.stringify(begun.body)}`)
  return begun.body
}

export async function connectionOf(workspace: TestWorkspace, connectionId: string): Promise<ShownConnection> {
  return (await workspace.request<ShownConnection>('GET', `/v1/connections/${connectionId}`)).body
}

/** Connects a company of its own through a person's browser; gives it when it is connected. */
export async function connectCompany(
  workspace: TestWorkspace,
  sandbox: SandboxProcess,
  company: string,
): Promise<{ appId: string; connection: ShownConnection }> {
  const appId = await createApp(workspace, sandbox.url, 'quickbooks')
  const { authorizationUrl, connection } = await beginConnecting(workspace, appId)
  await visitAsPerson(authorizationUrl, { account: company })
  const connected = await eventually('the company to be connected', async () => {
    const now = await connectionOf(workspace, connection.id)
    return now.status === 'connected' && now
  })
  return { appId, connection: connected }
}
