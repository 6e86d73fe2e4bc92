import { visitAsPerson } from '../../dev/browser.ts'
import { freePort } from '../../dev/processes/ports.ts'
import { platforms as played } from '../../dev/sandbox/platforms/index.ts'
import type { SandboxPerson } from '../../dev/sandbox/platform.ts'
import { connectionClient } from '../../src/connections/client.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { isHubError, type HubError } from '../../src/errors.ts'
import { createApp, eventually, ownSandbox, type Connecting, type ShownConnection } from '../connections/accounts.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

export type Stage = Awaited<ReturnType<typeof openStage>>

/** A hub that people's browsers and platforms can reach, its workers, and a sandbox, for a whole file. */
export async function openStage() {
  const sandbox = await ownSandbox()
  const port = await freePort()
  const home = `http://127.0.0.1:${port}`
  const settings = { ...connectionSettings, refreshBackoffMs: [50], refusalsApartMs: 100 }
  const hub = await createTestHub({ environment: { PUBLIC_URL: home }, connectionSettings: settings })
  const app = await createTestServer(hub)
  await app.listen({ port, host: '127.0.0.1' })
  const workspace = await createWorkspace(hub)
  await startTestWorkers(hub, ['workflows', 'connections'])

  const shown = async (id: string) => (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body
  return {
    ...{ sandbox, workspace, shown },
    personOf(provider: string, method: string): SandboxPerson {
      const person = played.find(({ id }) => id === provider)?.people[method]
      if (!person) throw new Error(`the sandbox has nobody who connects ${provider} by ${method}`)
      return person
    },
    /** What a platform says with a status of success, and what it means. */
    errorsIn200: (provider: string) => played.find(({ id }) => id === provider)?.errorsIn200 ?? [],
    /** The error that a call of a connection comes to; fails where it comes to none. */
    async failureOf(id: string): Promise<HubError> {
      const client = await connectionClient(hub, workspace.workspaceId, id)
      const error = await client.call({ method: 'GET', path: '/anything' }).catch((caught: unknown) => caught)
      if (isHubError(error)) return error
      throw new Error('the call was not refused', { cause: error })
    },
    appOf: (provider: string, { appFields }: SandboxPerson) =>
      createApp(workspace, sandbox.url, provider, appFields ? { fields: appFields } : {}),
    begin: (provider: string, method: string, providerAppId: string, person: SandboxPerson, credentials: object = {}) =>
      workspace.request<Connecting>('POST', '/v1/connections', {
        ...{ provider, method, providerAppId },
        ...(person.environment === undefined ? {} : { environment: person.environment }),
        ...(person.config ? { config: person.config } : {}),
        ...credentials,
      }),
    /** Plays the person's visit to the platform, up to a connection that works. */
    async visit({ authorizationUrl, attemptId, connection }: Connecting, person: SandboxPerson): Promise<void> {
      const { account, choice } = person
      await visitAsPerson(authorizationUrl, { home, ...(account === undefined ? {} : { account }) })
      await eventually('the account is connected', async () => {
        const { body: attempt } = await workspace.request<Attempt>('GET', `/v1/connect-attempts/${attemptId}`)
        if (attempt.status === 'failed' || attempt.status === 'expired')
          throw new Error(`${attempt.status}: ${JSON.stringify(attempt)}`)
        if (attempt.status === 'choosing')
          await workspace.request('POST', `/v1/connect-attempts/${attemptId}/choice`, {
            choice: choice ?? attempt.choices?.[0]?.id,
          })
        return (await shown(connection.id)).status === 'connected'
      })
    },
    check: (id: string) => workspace.request<ShownConnection>('POST', `/v1/connections/${id}/check`),
    refresh: async (id: string) =>
      (await workspace.request<{ outcome: string }>('POST', `/v1/connections/${id}/refresh?waitMs=20000`)).body,
    tokenOf: async (id: string) =>
      (await workspace.request<{ accessToken: string }>('GET', `/v1/connections/${id}/token`)).body.accessToken,
  }
}

interface Attempt {
  status: string
  choices?: { id: string }[]
}
