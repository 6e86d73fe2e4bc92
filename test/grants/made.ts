import type { FastifyInstance } from 'fastify'
import { checkDefinition } from '../../src/catalogue/check-definition.ts'
import { Definitions } from '../../src/catalogue/definitions.ts'
import { findProvider } from '../../src/catalogue/find.ts'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { originsOf } from '../../src/provider-apps/base-urls.ts'
import type { Hub } from '../../src/hub.ts'
import { definitionOf } from '../calls/made.ts'
import type { PlatformCall, ScriptedPlatform } from '../connections/platform.ts'
import {
  createTestHub,
  createTestServer,
  createWorkspace,
  type TestEnvironment,
  type TestWorkspace,
} from '../support/hub.ts'

/** What a token endpoint of the made platform is: where it is, and what says that a grant is dead. */
export const tokens = { token: 'https://id.made.example/token', lifetime: {}, deadGrant: [] }

/** A hub whose catalogue is made for the test, with a workspace and the API. */
export async function createMadeHub(
  definitions: Record<string, Partial<ProviderDefinition>>,
  environment: TestEnvironment = {},
): Promise<{ hub: Hub; app: FastifyInstance; workspace: TestWorkspace }> {
  const catalogue = Object.entries(definitions).map(([id, about]) => whole(definitionOf({ id, ...about })))
  const settings = { ...connectionSettings, callbackWaitMs: 30_000 }
  const definitionsMade = new Definitions({ catalogue })
  const hub = await createTestHub({ definitions: definitionsMade, connectionSettings: settings, environment })
  const app = await createTestServer(hub)
  return { hub, app, workspace: await createWorkspace(hub) }
}

/** A definition whose parts fit together, with its scopes explained. */
function whole(definition: ProviderDefinition): ProviderDefinition {
  const asked = definition.auth.flatMap(method => [
    ...('defaultScopes' in method ? (method.defaultScopes ?? []) : []),
    ...('requiredScopes' in method ? (method.requiredScopes ?? []) : []),
  ])
  const { definition: checked, faults } = checkDefinition({
    ...definition,
    scopes: Object.fromEntries(asked.map(scope => [scope, scope])),
  })
  if (!checked) throw new Error(`${definition.id}: ${JSON.stringify(faults)}`)
  return checked
}

/** A workspace's app of a made platform; gives its id. */
export async function madeApp(
  hub: Hub,
  workspace: TestWorkspace,
  platform: ScriptedPlatform,
  provider: string,
  change: Record<string, unknown> = {},
): Promise<string> {
  const definition = await findProvider(hub, workspace.workspaceId, provider)
  const { status, body } = await workspace.request('POST', '/v1/provider-apps', {
    provider,
    name: provider,
    clientId: 'client-1',
    clientSecret: 'client-secret',
    baseUrls: Object.fromEntries(originsOf(definition).map(origin => [origin, platform.url])),
    ...change,
  })
  if (status !== 201) throw new Error(`no provider app: ${JSON.stringify(body)}`)
  return body.id
}

/** What a form says. */
export const formOf = (call: PlatformCall) => Object.fromEntries(new URLSearchParams(call.body))

/** What an address says behind the question mark. */
export const queryOf = (call: PlatformCall) => Object.fromEntries(new URL(call.path, 'http://x').searchParams)

/** Moves a connection's token to its end, as time would. */
export async function endToken(hub: Hub, connectionId: string): Promise<void> {
  await hub.pool.query(
    `update connections set access_expires_at = now() - interval '1 second', refresh_at = now() - interval '1 second'
     where id = $1`,
    [connectionId],
  )
}

/** The connection's live token, as its one audited route gives it. */
export async function tokenOf(workspace: TestWorkspace, connectionId: string): Promise<string> {
  const { status, body } = await workspace.request<{ accessToken: string }>(
    'GET',
    `/v1/connections/${connectionId}/token`,
  )
  if (status !== 200) throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.accessToken
}
