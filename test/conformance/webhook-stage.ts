import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { freePort } from '../../dev/processes/ports.ts'
import { platforms as played } from '../../dev/sandbox/platforms/index.ts'
import type { SandboxPlatform, SignedWebhook, TrialSecrets, WebhookTrial } from '../../dev/sandbox/platform.ts'
import { addressedBy } from '../../dev/sandbox/webhooks.ts'
import { createApp, ownSandbox } from '../connections/accounts.ts'
import { connectAccount } from '../inbound/senders.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

/** A hub that platforms reach over HTTP, at the address that it tells them. Nothing that it takes is led on. */
export async function openWebhookStage() {
  const port = await freePort()
  const home = `http://127.0.0.1:${port}`
  const hub = await createTestHub({ environment: { PUBLIC_URL: home, TEMPORAL_ADDRESS: '127.0.0.1:1' } })
  const server = await createTestServer(hub)
  await server.listen({ port, host: '127.0.0.1' })
  const workspace = await createWorkspace(hub)
  // Where platforms publish their keys.
  const sandbox = await ownSandbox()
  const authorities = played.flatMap(({ webhooks }) => webhooks?.trial?.authorities ?? [])
  if (authorities.length > 0) setDefaultCACertificates([...getCACertificates('default'), ...authorities])

  return {
    workspace,
    /** An address of a new app that knows these secrets. */
    async addressFor(
      provider: string,
      { app }: TrialSecrets,
      trial: WebhookTrial,
      platformUrl = sandbox.url,
    ): Promise<Address> {
      const id = await createApp(workspace, platformUrl, provider, { ...app })
      if (trial.address !== 'connection') return { app: id, url: `${home}/webhooks/${provider}/${id}` }
      const connection = await connectAccount(hub, workspace.workspaceId, provider, id, 'the account')
      const secret = app.webhookSecret === undefined ? {} : { secret: app.webhookSecret }
      const made = await workspace.request<{ webhookUrl: string }>(
        'POST',
        `/v1/connections/${connection}/webhook-addresses`,
        secret,
      )
      if (made.status !== 201) throw new Error(`no address: ${JSON.stringify(made.body)}`)
      return { app: id, url: made.body.webhookUrl }
    },
    /** How many events of an app are kept. */
    async kept({ app }: Address): Promise<number> {
      const { rows } = await hub.pool.query<{ n: number }>(
        'select count(*)::int n from inbound_events where workspace_id = $1 and provider_app_id = $2',
        [workspace.workspaceId, app],
      )
      return rows[0]!.n
    },
  }
}

export interface Address {
  app: string
  url: string
}

export interface Told {
  status: number
  headers: Headers
  body: string
}

/** Sends a webhook as it was signed. */
export async function tell(url: string, { method = 'POST', query = {}, headers, body }: Sent): Promise<Told> {
  const answer = await fetch(addressedBy(url, query), {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    redirect: 'manual',
    ...(method === 'POST' ? { body } : {}),
  })
  return { status: answer.status, headers: answer.headers, body: await answer.text() }
}

type Sent = Pick<SignedWebhook, 'query' | 'headers' | 'body'> & { method?: string }

/** A webhook of a platform's, of another event at each call. */
export function signed(
  double: SandboxPlatform,
  secret: string,
  url: string,
  at = Date.now(),
  trial = double.webhooks!.trial!,
): SignedWebhook {
  const sender = double.webhooks!
  return sender.sign({ ...(sender.request.parse(trial.request()) as object), secret, url, at })
}

let made = 0

/** What a platform signs with, and what an app of it knows; another at each call. */
export function secretsOf(trial: WebhookTrial): TrialSecrets {
  const text = `the secret of app ${++made}`
  return trial.secrets?.() ?? { signs: text, app: { webhookSecret: text } }
}
