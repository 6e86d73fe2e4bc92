import { connectionSettings } from '../../src/connections/policy.ts'
import { startDispatchSlots } from '../../src/delivery/dispatch/slots.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { ageToken, callBack, createApp, eventually, type Connecting } from '../connections/accounts.ts'
import { attentionOf, detailsOf, listed, needsPersonQuery, stuckQuery } from '../connections/attention.ts'
import { startPlatform } from '../connections/platform.ts'
import { createEndpoint, publish, quickPolicy } from '../support/delivery.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTroubled } from '../support/troubled.ts'
import { startTestWorkers } from '../support/workers.ts'

const hub = await createTestHub({
  environment: { DELIVERY_SLOTS: '1' },
  deliveryPolicy: quickPolicy,
  connectionSettings,
})
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
await startTestWorkers(hub)

const platform = await startPlatform()
platform.answerBy(({ path, body }) => {
  if (!path.includes('/tokens/')) return { status: 200, body: { CompanyInfo: { CompanyName: 'Co' } } }
  if (body.includes('rt-dead')) return { status: 400, body: { error: 'invalid_grant' } }
  return { status: 200, body: { access_token: 'at', refresh_token: 'rt', token_type: 'bearer', expires_in: 3600 } }
})
const providerAppId = await createApp(workspace, platform.url, 'quickbooks')

const connect = async (refreshToken: string, n: number): Promise<string> => {
  const expiresAt = new Date(Date.now() + 3_000_000).toISOString()
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId },
    import: { accessToken: 'at', refreshToken, expiresAt, config: { realmId: String(4_000_000 + n) } },
  })
  await ageToken(hub, body.connection.id)
  return body.connection.id
}
const reconnect = async (id: string): Promise<void> => {
  const { body } = await workspace.request<Connecting>('POST', `/v1/connections/${id}/reconnect`)
  const url = new URL('http://hub/oauth/callback/quickbooks?code=code')
  url.searchParams.set('state', new URL(body.authorizationUrl).searchParams.get('state')!)
  url.searchParams.set('realmId', body.connection.config.realmId!)
  await callBack(url => app.inject({ url }), url)
}
const lists = (query: string, ids: string[]) =>
  eventually(
    `${query} to list ${ids.join(', ')}`,
    async () => (await listed(hub, query)).join() === [...ids].sort().join(),
    60_000,
  )

it('everything that is stuck is listed among what is well, says what a person can do, and goes as it is mended', async () => {
  const [dead, well] = [[] as string[], [] as string[]]
  for (let n = 0; n < 3; n += 1) dead.push(await connect('rt-dead', n))
  for (let n = 3; n < 6; n += 1) well.push(await connect('rt', n))
  const [failing, taking] = [await startTroubled(), await startTroubled()]
  failing.answerBy((_request, response) => response.writeHead(500).end())
  const troubled = [
    await createEndpoint(workspace, failing.url, { eventTypes: ['a.b'] }),
    await createEndpoint(workspace, `${failing.url}two`, { eventTypes: ['a.b'] }),
  ]
  for (let n = 0; n < 3; n += 1) await createEndpoint(workspace, `${taking.url}${n}`, { eventTypes: ['a.b'] })
  await startDispatchSlots(hub)
  const sweep = await hub.temporal.workflow.start('refreshSweep', {
    workflowId: 'refresh-tokens-stuck',
    taskQueue: taskQueues.workflows,
    args: [{ runForMs: 600_000, pollMs: 200 }],
  })
  for (let n = 0; n < 4; n += 1) await publish(workspace, 'a.b')

  const ofConnection = dead.map(id => `refresh/${id}`)
  const ofEndpoint = troubled.map(({ id }) => `endpoint/${id}`)
  await lists(needsPersonQuery, ofConnection)
  await lists('Attention = "retrying" AND ExecutionStatus = "Running"', ofEndpoint)
  await lists(stuckQuery, [...ofConnection, ...ofEndpoint])
  for (const [n, workflowId] of ofConnection.entries())
    await eventually('its details', async () =>
      (await detailsOf(hub, workflowId)).includes(`POST /v1/connections/${dead[n]!}/reconnect`),
    )
  for (const workflowId of ofEndpoint)
    await eventually('its details', async () => (await detailsOf(hub, workflowId)).includes('Last error: status 500'))
  for (const id of well) {
    const { body } = await workspace.request<Connecting['connection']>('GET', `/v1/connections/${id}`)
    expect(body).toMatchObject({ status: 'connected', generation: 2 })
  }

  await reconnect(dead[0]!)
  await workspace.request('DELETE', `/v1/connections/${dead[1]!}`)
  await workspace.request('DELETE', `/v1/endpoints/${troubled[1]!.id}`)
  failing.answerBy((_request, response) => response.writeHead(200).end())
  await lists(stuckQuery, [ofConnection[2]!])
  for (const workflowId of [...ofConnection.slice(0, 2), ...ofEndpoint])
    expect(await attentionOf(hub, workflowId)).toEqual(['COMPLETED', 'none'])
  await sweep.terminate()
}, 240_000)
