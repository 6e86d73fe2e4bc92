import type { SignedWebhook, TrialSecrets, WebhookHandshake } from '../../dev/sandbox/platform.ts'
import { platforms } from '../../dev/sandbox/platforms/index.ts'
import { connectAccount } from '../inbound/senders.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

/** A platform's webhooks, an app that they are sent to, and what the hub has kept of them. */
export interface Judged {
  secrets: TrialSecrets
  /** The address as the platform was given it. */
  url: string
  sign(request?: object, at?: number, secret?: string): SignedWebhook
  deliver(sent: Pick<SignedWebhook, 'headers' | 'body'>): Promise<{ status: number; text: string }>
  /** What the platform asks of the address, by its sandbox. */
  handshakes: WebhookHandshake[]
  /** Asks the address by GET. */
  ask(query: Readonly<Record<string, string>>): Promise<{ status: number; text: string }>
  /** What was taken, in the order in which it came. */
  kept(): Promise<KeptWebhook[]>
}

export interface KeptWebhook {
  type: string
  account_id: string | null
  connection_id: string | null
  delivery_id: string
  body: Buffer
}

/** One hub for a file, without workers: what has arrived stays as it arrived. */
export async function beginJudging() {
  const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
  const workspace = await createWorkspace(hub)
  const server = await createTestServer(hub)

  const senderOf = (provider: string) => platforms.find(({ id }) => id === provider)!.webhooks!
  const secretsOf = (provider: string) => senderOf(provider).trial?.secrets?.() ?? randomSecret()

  /** An app of a platform's, with what the platform signs with unless another secret is given. */
  async function judge(provider: string, given?: TrialSecrets, settings: object = {}): Promise<Judged> {
    const secrets = given ?? secretsOf(provider)
    const app = { provider, name: 'Judged', ...secrets.app, ...settings }
    const made = await workspace.request('POST', '/v1/provider-apps', app)
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    const { id, webhookUrl } = made.body as unknown as { id: string; webhookUrl: string }
    return judgedAt(provider, id, webhookUrl, secrets)
  }

  /** An address with a key, and a secret, for each of several accounts that one app has connected. */
  async function keyed(provider: string, accounts: readonly string[], settings: object = {}) {
    const made = await workspace.request('POST', '/v1/provider-apps', { provider, name: 'Judged', ...settings })
    const app = made.body['id']
    const judged: (Judged & { connectionId: string })[] = []
    for (const account of accounts) {
      const connectionId = await connectAccount(hub, workspace.workspaceId, provider, app, account)
      const secrets = secretsOf(provider)
      const address = await workspace.request<{ webhookUrl: string }>(
        'POST',
        `/v1/connections/${connectionId}/webhook-addresses`,
        secrets.signs === '' ? {} : { secret: secrets.signs },
      )
      judged.push({ ...judgedAt(provider, app, address.body.webhookUrl, secrets), connectionId })
    }
    return judged
  }

  function judgedAt(provider: string, id: string, url: string, secrets: TrialSecrets): Judged {
    const sender = senderOf(provider)
    return {
      secrets,
      url,
      sign(request = {}, at = Date.now(), secret = secrets.signs) {
        return sender.sign({ ...(sender.request.parse(request) as object), secret, url, at })
      },
      async deliver({ headers, body }) {
        const answer = await server.inject({
          method: 'POST',
          url: new URL(url).pathname,
          headers: { 'content-type': 'application/json', ...headers },
          payload: body,
        })
        return { status: answer.statusCode, text: answer.body }
      },
      handshakes: (sender.trial?.handshakes ?? []).map(of => of({ secret: secrets.signs, url, app: secrets.app })),
      async ask(query) {
        const answer = await server.inject({ method: 'GET', url: new URL(url).pathname, query })
        return { status: answer.statusCode, text: answer.body }
      },
      async kept() {
        const columns = 'type, account_id, connection_id, delivery_id, body'
        const text = `select ${columns} from inbound_events where provider_app_id = $1 order by id`
        return (await hub.pool.query(text, [id])).rows as never
      },
    }
  }

  return { judge, keyed, wrong }
}

let made = 0
function randomSecret(): TrialSecrets {
  const signs = `a secret of its own, number ${++made}`
  return { signs, app: { webhookSecret: signs } }
}

/** The same headers, one of which differs in its first character. */
function wrong(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const value = headers[name] ?? ''
  return { ...headers, [name]: (value.startsWith('A') ? 'B' : 'A') + value.slice(1) }
}
