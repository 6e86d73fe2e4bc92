import { platforms as played } from '../../../dev/sandbox/platforms/index.ts'
import type { SandboxProcess } from '../../../dev/sandbox/process.ts'
import type { Hub } from '../../../src/hub.ts'
import { approve, createApp, eventually, type Connecting, type ShownConnection } from '../../connections/accounts.ts'
import { createTestServer, createWorkspace } from '../../support/hub.ts'
import type { Company } from '../company.ts'

/** A workspace of its own with an account of a platform, connected as the sandbox's person does by a method. */
export async function connectedAccount(
  hub: Hub,
  sandbox: SandboxProcess,
  provider: string,
  method: string,
  asked: { scopes?: string[] } = {},
): Promise<Company> {
  const app = await createTestServer(hub)
  const workspace = await createWorkspace(hub)
  const person = played.find(({ id }) => id === provider)!.people[method]!
  const { appFields, credentials, config, environment, account } = person
  const providerAppId = await createApp(workspace, sandbox.url, provider, appFields ? { fields: appFields } : {})
  const { status, body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider, method, providerAppId, ...asked },
    ...(environment === undefined ? {} : { environment }),
    ...(config === undefined ? {} : { config }),
    ...(credentials === undefined ? {} : { credentials }),
  })
  if (status !== 201) throw new Error(`not connected: ${JSON.stringify(body)}`)
  const connectionId = body.connection.id
  if (body.authorizationUrl) {
    const callback = await approve(body.authorizationUrl, account === undefined ? {} : { account })
    await app.inject(callback.pathname + callback.search)
  }
  await eventually('the connection', async () => {
    const shown = await workspace.request<ShownConnection>('GET', `/v1/connections/${connectionId}`)
    return shown.body.status === 'connected'
  })
  return { hub, sandbox, workspace, connectionId } as Company
}
