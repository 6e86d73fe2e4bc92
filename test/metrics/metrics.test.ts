import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '../../dev/processes/ports.ts'
import { registry } from '../../src/metrics/registry.ts'
import { gaugeSources } from '../../src/gauge-sources.ts'
import { createScrape } from '../../src/metrics/scrape.ts'
import { startMetricsServer } from '../../src/metrics/server.ts'
import { call, createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const token = 'a-token-for-prometheus'

function valueOf(line: string, text: string): string | undefined {
  return text
    .split('\n')
    .find(one => one.startsWith(`${line} `))
    ?.slice(line.length + 1)
}

describe('/metrics', () => {
  it('measures requests by declared route, never by what was asked for', async () => {
    await workspace.request('GET', '/v1/api-keys/key_canary')
    await workspace.request('GET', '/v1/canary?code=canary')
    const { status, body, headers } = await call<string>(app, undefined, 'GET', '/metrics')
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toContain(
      'causeway_http_request_duration_seconds_count{method="GET",route="/v1/api-keys/:apiKeyId",status="4xx"} 1',
    )
    expect(body).toContain('route="unknown"')
    expect(body).not.toContain('canary')
  })

  it('reads the queues from Postgres', async () => {
    await hub.pool.query(
      `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, due_at, held) values
       ('dlv_1', $1, 'ep_1', 'evt_1', 1, 30, now() - interval '90 seconds', false),
       ('dlv_2', $1, 'ep_1', 'evt_1', 1, 30, now() + interval '90 seconds', false),
       ('dlv_3', $1, 'ep_1', 'evt_1', 1, 30, now() - interval '900 seconds', true)`,
      [workspace.workspaceId],
    )
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, environment, auth_kind, status)
       values ('conn_1', $1, 'github', 'production', 'oauth2', 'needs_reauth')`,
      [workspace.workspaceId],
    )
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, environment, auth_kind, status, generation, recovery, tell_at) values
       ('conn_2', $1, 'github', 'production', 'oauth2', 'error', 1, null, now() - interval '1 second'),
       ('conn_3', $1, 'github', 'production', 'oauth2', 'error', 0, null, null),
       ('conn_4', $1, 'github', 'production', 'oauth2', 'degraded', 1, 'refresh', null),
       ('conn_5', $1, 'github', 'production', 'oauth2', 'degraded', 1, 'provider', null),
       ('conn_6', $1, 'github', 'production', 'oauth2', 'degraded', 1, 'provider', null)`,
      [workspace.workspaceId],
    )
    await hub.pool.query(
      `insert into syncs (id, workspace_id, connection_id, provider, model, collection, direction, conflict_policy,
         failing_since, deletions_held) values
       ('sync_1', $1, 'conn_1', 'github', 'customers', 'a', 'pull', 'newest', now(), null),
       ('sync_2', $1, 'conn_1', 'github', 'customers', 'b', 'pull', 'newest', now(), '{}'),
       ('sync_3', $1, 'conn_1', 'github', 'customers', 'c', 'pull', 'newest', null, null)`,
      [workspace.workspaceId],
    )
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status, waiting_for) values
       ('run_1', $1, 'sync_1', 'manual', 'running', 'provider_error'), ('run_2', $1, 'sync_2', 'manual', 'running', null)`,
      [workspace.workspaceId],
    )
    const server = await createTestServer(await createTestHub({ beside: hub }))
    const { body } = await call<string>(server, undefined, 'GET', '/metrics')
    expect(valueOf('causeway_sync_runs_open', body)).toBe('2')
    for (const state of ['failed', 'held', 'waiting']) {
      expect([state, valueOf(`causeway_syncs_in_trouble{state="${state}"}`, body)]).toEqual([state, '1'])
    }
    expect(valueOf('causeway_delivery_queue_depth{state="waiting"}', body)).toBe('2')
    expect(valueOf('causeway_delivery_queue_depth{state="held"}', body)).toBe('1')
    expect(valueOf('causeway_deliveries_due', body)).toBe('1')
    expect(Number(valueOf('causeway_deliveries_oldest_due_seconds', body))).toBeGreaterThanOrEqual(90)
    expect(valueOf('causeway_connections{provider="github",status="needs_reauth"}', body)).toBe('1')
    const inTrouble = (state: string) =>
      valueOf(`causeway_connections_in_trouble{provider="github",state="${state}"}`, body)
    expect(['needs_operator', 'retrying', 'held'].map(inTrouble)).toEqual(['1', '1', '2'])
    expect(valueOf('causeway_connections_untold', body)).toBe('1')
    expect(body).not.toContain('causeway_scrape_errors_total{')
  })

  it('is closed by a token, where one is configured', async () => {
    const closed = await createTestServer(await createTestHub({ beside: hub, environment: { METRICS_TOKEN: token } }))
    expect((await call(closed, undefined, 'GET', '/metrics')).status).toBe(401)
    expect((await call(closed, workspace.apiKey, 'GET', '/metrics')).status).toBe(401)
    expect((await call(closed, token, 'GET', '/metrics')).status).toBe(200)
  })

  it('goes on without a source that fails or hangs', async () => {
    const scrape = createScrape(hub, [
      { name: 'failing', read: () => Promise.reject(new Error('no')) },
      { name: 'hanging', read: () => new Promise(() => undefined) },
    ])
    const startedAt = Date.now()
    const [text, second] = await Promise.all([scrape(), scrape()])
    expect(Date.now() - startedAt).toBeLessThan(3_000)
    expect(text).toContain('causeway_scrape_errors_total{source="failing"} 1')
    expect(second).toContain('causeway_scrape_errors_total{source="hanging"} 1')
  })
})

describe("a worker's metrics", () => {
  it("are the process's and the SDK's", async () => {
    const sdk = createServer((_request, response) => response.end('temporal_sdk_metric 1\n')).listen(0, '127.0.0.1')
    await once(sdk, 'listening')
    const port = await freePort()
    let ready = false
    const sdkMetrics = `127.0.0.1:${(sdk.address() as AddressInfo).port}`
    const server = await startMetricsServer(hub, port, { sources: gaugeSources, sdkMetrics, isReady: () => ready })
    const text = await (await fetch(server.url!)).text()
    expect(text).toContain('causeway_delivery_queue_depth')
    expect(text).toContain('temporal_sdk_metric 1')
    expect((await fetch(server.url!.replace('/metrics', '/health'))).status).toBe(200)
    expect((await fetch(server.url!.replace('/metrics', '/x'))).status).toBe(404)
    const readiness = async () => (await fetch(server.url!.replace('/metrics', '/ready'))).status
    expect(await readiness()).toBe(503)
    ready = true
    expect(await readiness()).toBe(200)
    sdk.close()
    sdk.closeAllConnections()
    expect((await fetch(server.url!)).status).toBe(200)
    await server.close()
    await expect(fetch(server.url!)).rejects.toThrow()
  })

  it('are not served on port 0', async () => {
    expect((await startMetricsServer(hub, 0, { sources: gaugeSources, isReady: () => true })).url).toBeUndefined()
  })
})

it('no label can hold what a caller sent', async () => {
  // `key` is the id of an encryption key, as the operator has configured it; `pool` is one of the hub's own names.
  const allowed = [
    'method',
    'pool',
    'route',
    'status',
    'provider',
    'outcome',
    'direction',
    'state',
    'mode',
    'source',
    'key',
    'le',
  ]
  for (const metric of await registry.getMetricsAsJSON()) {
    if (!metric.name.startsWith('causeway_')) continue
    for (const { labels } of metric.values) for (const name of Object.keys(labels)) expect(allowed).toContain(name)
  }
})
