import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { visitAsPerson, type Person } from '../../dev/browser.ts'
import { startSandboxProcess, type SandboxProcess } from '../../dev/sandbox/process.ts'
import { platforms as played } from '../../dev/sandbox/platforms/index.ts'
import type { SandboxSettings } from '../../dev/sandbox/settings.ts'
import { platforms as catalogue } from '../../src/catalogue/platforms/index.ts'
import type { Hub } from '../../src/hub.ts'
import { originsOf } from '../../src/provider-apps/base-urls.ts'
import type { TestWorkspace } from '../support/hub.ts'

/** A sandbox of the test file's own: its faults and settings meet nobody else. Stopped when the file ends. */
export async function ownSandbox(settings: Partial<SandboxSettings> = {}): Promise<SandboxProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-sandbox-'))
  const sandbox = await startSandboxProcess({ logFile: join(folder, 'sandbox.log'), settings })
  afterAll(async () => {
    await sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return sandbox
}

/** A workspace's app at one of the sandbox's platforms; gives its id. */
export async function createApp(
  workspace: TestWorkspace,
  sandboxUrl: string,
  provider: string,
  change: Record<string, unknown> = {},
): Promise<string> {
  const definition = catalogue.find(({ id }) => id === provider)!
  const client = played.find(({ id }) => id === provider)?.apps?.[0]
  const { status, body } = await workspace.request('POST', '/v1/provider-apps', {
    provider,
    name: provider,
    ...(client ? { clientId: client.clientId, clientSecret: client.clientSecret } : {}),
    baseUrls: Object.fromEntries(originsOf(definition).map(origin => [origin, `${sandboxUrl}/${provider}/{host}`])),
    ...change,
  })
  if (status !== 201) throw new Error(`no provider app: ${JSON.stringify(body)}`)
  return body.id
}

export interface ShownConnection {
  id: string
  status: string
  statusReason: string | null
  externalAccountId: string | null
  externalAccountName: string | null
  config: Record<string, string>
  scopes: string[]
  generation: number
  accessTokenExpiresAt: string | null
  lastError: string | null
  refreshFailures: number
}

export interface Connecting {
  connection: ShownConnection
  authorizationUrl: string
  attemptId: string
  expiresAt: string
}

export type CallbackAnswer = Awaited<ReturnType<typeof callBack>>

/** What the provider's redirect asks of the hub, without following it over the network. */
export async function callBack(
  inject: (url: string) => Promise<{ statusCode: number; body: string; headers: Record<string, unknown> }>,
  url: URL,
) {
  const { statusCode, body, headers } = await inject(url.pathname + url.search)
  return { status: statusCode, body, location: headers.location as string | undefined, headers }
}

/** Plays the person up to the callback, which is not followed. */
export async function approve(authorizationUrl: string, person: Person = {}): Promise<URL> {
  const { callbackUrl } = await visitAsPerson(authorizationUrl, { ...person, followCallback: false })
  return callbackUrl
}

/** Waits until a value is there. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(50)) {
    const late = Date.now() > end
    // A server that is busy just now is one that has not said so yet.
    const found = await look().catch((error: unknown) => {
      if (late) throw error
    })
    if (found !== undefined && found !== false) return found
    if (late) throw new Error(`not within ${timeoutMs} ms: ${what}`)
  }
}

/** The events that a workspace has published so far, in order. */
export async function publishedEvents(
  hub: Hub,
  workspaceId: string,
): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const { rows } = await hub.pool.query<{ body: Buffer }>(
    'select p.body from events e join event_payloads p on p.event_id = e.id where e.workspace_id = $1 order by e.id',
    [workspaceId],
  )
  return rows.map(row => JSON.parse(row.body.toString()) as { type: string; data: Record<string, unknown> })
}

/** Moves a connection's token to its end, as time would; the provider does not know. */
export async function ageToken(hub: Hub, connectionId: string): Promise<void> {
  await hub.pool.query(
    `update connections set access_expires_at = now() - interval '1 second', refresh_at = now() - interval '1 second'
     where id = $1`,
    [connectionId],
  )
}
