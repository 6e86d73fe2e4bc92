import { createHmac, randomBytes } from 'node:crypto'
import { newId } from '../../src/ids.ts'
import type { Hub } from '../../src/hub.ts'
import { createTestServer, type TestWorkspace } from '../support/hub.ts'

/** A workspace's provider app with a webhook secret, and what sends to it as the provider does. */
export interface Sender {
  id: string
  url: string
  secret: string
  connect(accountId: string): Promise<string>
  github(event: string, payload: unknown, deliveryId?: string): Promise<Sent>
  quickbooks(payload: unknown): Promise<Sent>
  stripe(payload: unknown, at?: Date): Promise<Sent>
  post(headers: Record<string, string>, body: Buffer): Promise<Sent>
}

export interface Sent {
  status: number
  body: { accepted?: number; duplicates?: number; error?: { code: string } }
}

export async function createSender(hub: Hub, workspace: TestWorkspace, provider: string): Promise<Sender> {
  const app = (servers.get(hub) ?? servers.set(hub, createTestServer(hub)).get(hub))!
  const secret = randomBytes(16).toString('hex')
  const made = await workspace.request('POST', '/v1/provider-apps', {
    provider,
    name: 'Own app',
    webhookSecret: secret,
  })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const id = made.body.id
  const url = `/webhooks/${provider}/${id}`
  const mac = (...parts: (string | Buffer)[]) => {
    const hmac = createHmac('sha256', secret)
    for (const part of parts) hmac.update(part)
    return hmac
  }
  const post = async (headers: Record<string, string>, payload: Buffer): Promise<Sent> => {
    const answer = await (
      await app
    ).inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body) as Sent['body'] }
  }
  const bytes = (payload: unknown) => (Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)))
  return {
    id,
    url,
    secret,
    post,
    connect: accountId => connectAccount(hub, workspace.workspaceId, provider, id, accountId),
    github: (event, payload, deliveryId = randomBytes(8).toString('hex')) =>
      post(
        {
          'x-github-event': event,
          'x-github-delivery': deliveryId,
          'x-hub-signature-256': `sha256=${mac(bytes(payload)).digest('hex')}`,
        },
        bytes(payload),
      ),
    quickbooks: payload => post({ 'intuit-signature': mac(bytes(payload)).digest('base64') }, bytes(payload)),
    stripe: (payload, at = new Date()) => {
      const t = Math.floor(at.getTime() / 1000)
      const v1 = mac(`${t}.`, bytes(payload)).digest('hex')
      return post({ 'stripe-signature': `t=${t},v1=${v1}` }, bytes(payload))
    },
  }
}

const servers = new WeakMap<Hub, ReturnType<typeof createTestServer>>()

/** A connection as a finished connect flow leaves it. */
export async function connectAccount(
  hub: Hub,
  workspaceId: string,
  provider: string,
  providerAppId: string,
  accountId: string,
): Promise<string> {
  const id = newId('connection')
  await hub.db
    .insertInto('connections')
    .values({
      id,
      workspace_id: workspaceId,
      provider,
      provider_app_id: providerAppId,
      environment: 'production',
      auth_kind: 'oauth2',
      status: 'connected',
      external_account_id: accountId,
      config: '{}',
      metadata: '{}',
      scopes: [],
    })
    .execute()
  return id
}
