import type pg from 'pg'

/** Of each kind in each of so many workspaces: 100,000 rows together. */
const workspaces = 100
const [connections, endpoints, records] = [400, 200, 400]

/** Writes what is well: connections whose refresh is hours away, open endpoints, records. Gives how many rows. */
export async function insertHealthy(pool: pg.Pool): Promise<number> {
  await pool.query(
    `insert into workspaces (id, name) select 'ws_healthy' || w, 'healthy' from generate_series(1, $1) w`,
    [workspaces],
  )
  await pool.query(
    `insert into connections (id, workspace_id, provider, environment, auth_kind, status, generation, external_account_id,
       refresh_at, access_expires_at, check_at)
     select 'conn_healthy' || w || '_' || n, 'ws_healthy' || w, 'quickbooks', 'production', 'oauth2', 'connected', 1, w || '-' || n,
       now() + interval '5 hours', now() + interval '6 hours', now() + interval '5 hours'
     from generate_series(1, $1) w, generate_series(1, $2) n`,
    [workspaces, connections],
  )
  await pool.query(
    `insert into endpoints (id, workspace_id, url, event_types)
     select 'ep_healthy' || w || '_' || n, 'ws_healthy' || w, 'http://127.0.0.1/' || n, '{a.b}'
     from generate_series(1, $1) w, generate_series(1, $2) n`,
    [workspaces, endpoints],
  )
  await pool.query(
    `insert into records (id, workspace_id, collection, data, hash, change)
     select 'rec_healthy' || w || '_' || n, 'ws_healthy' || w, 'customers', '{"name": "Co"}', '\\x00', n
     from generate_series(1, $1) w, generate_series(1, $2) n`,
    [workspaces, records],
  )
  await pool.query('analyze connections, endpoints, records')
  return workspaces * (connections + endpoints + records)
}
