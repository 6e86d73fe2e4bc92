import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

// The hub's metrics. Label values come from short fixed lists (catalogue ids, routes as declared, outcomes), never from
// ids, URLs or what a caller sent: the number of series stays bounded.

export const registry = new Registry()
collectDefaultMetrics({ register: registry })

const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
  new Counter({ name: `causeway_${name}`, help, labelNames, registers: [registry] })
const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
  new Gauge({ name: `causeway_${name}`, help, labelNames, registers: [registry] })
const histogram = <Label extends string>(name: string, help: string, labelNames: Label[], buckets: number[]) =>
  new Histogram({ name: `causeway_${name}`, help, labelNames, buckets, registers: [registry] })

const callSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Requests to this API, by declared route and class of status (`2xx`). */
export const httpRequestSeconds = histogram(
  'http_request_duration_seconds',
  'Time to answer a request of the API',
  ['method', 'route', 'status'],
  [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)

/** Calls to providers; `outcome` is `ok`, `rate_limited`, `rejected`, `error`, `unreachable`. */
export const providerCallSeconds = histogram(
  'provider_call_duration_seconds',
  'Time of a call to a provider, its body read',
  ['provider', 'outcome'],
  callSeconds,
)

/** Calls that callers make through the hub, while they last. */
export const proxiedStreams = gauge('proxied_calls_open', 'Proxied calls that are under way')

/** Time spent waiting for a permit of a provider's rate limit. */
export const permitWaitSeconds = histogram(
  'rate_limit_wait_seconds',
  'Time a call to a provider waited for its rate-limit permit',
  ['provider'],
  [0.001, 0.01, 0.1, 0.5, 1, 5, 15, 60],
)

/** Token refreshes; `outcome` is `refreshed`, `retrying`, `dead`, `stale`. */
export const refreshes = counter('token_refreshes_total', 'Token refreshes by outcome', ['provider', 'outcome'])

/** Connect attempts; `outcome` is `connected`, `denied`, `failed`, `expired`. */
export const connectAttempts = counter('connect_attempts_total', 'Connect attempts by outcome', ['provider', 'outcome'])

/** Health checks of connections; `outcome` is `healthy`, `degraded`, `needs_reauth`. */
export const healthChecks = counter('health_checks_total', 'Health checks by outcome', ['provider', 'outcome'])

/** Rows of syncs; `direction` is `pull`, `push` or `both`, `outcome` is `created`, `updated`, `deleted`, `unchanged`, `conflict`, `failed`. */
export const syncRows = counter('sync_rows_total', 'Rows synced', ['provider', 'direction', 'outcome'])

/** Finished sync runs; `outcome` is `succeeded`, `failed`, `cancelled`. */
export const syncRuns = counter('sync_runs_total', 'Sync runs by outcome', ['provider', 'outcome'])

export const eventsPublished = counter('events_published_total', 'Events accepted for delivery', [])

/** Delivery attempts; `outcome` is `delivered`, `retry`, `failed`, `held`. */
export const deliveryAttempts = counter('delivery_attempts_total', 'Delivery attempts by outcome', ['outcome'])

export const deliverySeconds = histogram(
  'delivery_duration_seconds',
  'Time of one delivery attempt, the answer read',
  ['outcome'],
  callSeconds,
)

/** From publishing to the endpoint's success. */
export const deliveryLagSeconds = histogram(
  'delivery_lag_seconds',
  'Time from publishing an event to its delivery',
  [],
  [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86400],
)

/** Inbound provider webhooks; `outcome` is `accepted`, `duplicate`, `refused`, `handled`, `failed`. */
export const inboundEvents = counter('inbound_events_total', 'Provider webhooks by outcome', ['provider', 'outcome'])

export const inboundSeenAt = gauge(
  'inbound_last_event_timestamp_seconds',
  'When this process took the last webhook of a provider',
  ['provider'],
)

/** Webhooks that were refused; `reason` is an error code. */
export const inboundRefused = counter('inbound_refused_total', 'Refused webhooks by reason', ['provider', 'reason'])

// Read from Postgres when they are asked for: see scrape.ts.
export const deliveryQueueDepth = gauge('delivery_queue_depth', 'Deliveries that wait, by state', ['state'])
export const deliveriesDue = gauge('deliveries_due', 'Deliveries that are due and not held')
export const oldestDueSeconds = gauge('deliveries_oldest_due_seconds', 'Age of the oldest due delivery')
export const deliveriesPaused = gauge('deliveries_paused', '1 while all deliveries pause: no endpoint can be reached')
export const deliveriesPausedUntil = gauge(
  'deliveries_paused_until_timestamp_seconds',
  'When it is next looked whether an endpoint can be reached; 0 when deliveries do not pause',
)
export const endpointsByMode = gauge('endpoints', 'Webhook endpoints, by mode', ['mode'])
export const connectionsByStatus = gauge('connections', 'Connections, by provider and status', ['provider', 'status'])
export const connectionsInTrouble = gauge(
  'connections_in_trouble',
  'Connections that need an operator, are retried by a workflow of their own, or are held by an outage',
  ['provider', 'state'],
)
export const connectionsUntold = gauge('connections_untold', 'Connections whose workflow is to be told of their state')
export const encryptionKeyUsed = gauge('encryption_key_used', '1 while anything is sealed by an encryption key', [
  'key',
])
export const refreshesDue = gauge('token_refreshes_due', 'Connections whose token refresh is due')
export const inboundWaiting = gauge('inbound_events_waiting', 'Provider webhooks that wait to be handled')
export const syncRunsOpen = gauge('sync_runs_open', 'Sync runs that are under way')
export const syncsInTrouble = gauge(
  'syncs_in_trouble',
  'Syncs whose last run failed, that hold deletions for a person, or whose run waits',
  ['state'],
)

// The connections to Postgres, by pool.
export const databaseConnections = gauge('database_connections', 'Connections to Postgres that are held', ['pool'])
export const databaseWaiting = gauge('database_waiting', 'Work that waits for a connection to Postgres', ['pool'])
export const databaseRefused = counter('database_refused_total', 'Work that waited too long for a connection', ['pool'])
export const databaseWaitSeconds = histogram(
  'database_wait_seconds',
  'How long work waited for a connection to Postgres that had to',
  ['pool'],
  [0.001, 0.01, 0.1, 0.5, 1, 5, 10],
)

export const scrapeErrors = counter('scrape_errors_total', 'Gauges that could not be read in time', ['source'])
