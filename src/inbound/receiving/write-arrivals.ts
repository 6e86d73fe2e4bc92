import { GroupCommit } from '../../db/group-commit.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { newId } from '../../ids.ts'
import { keyLifetimeMs, receivedTogether, sourceRepeatMs } from '../policy.ts'
import type { InboundItem } from '../read.ts'
import type { WebhookTarget } from './target.ts'

/** A verified webhook. */
export interface Arrival {
  target: WebhookTarget
  headers: Record<string, string>
  items: readonly InboundItem[]
}

/** Webhooks that are committed together; gives how many new events each has led to. */
export type ArrivalWriter = GroupCommit<Arrival, number>

const writers = new WeakMap<ConnectionParts['pool'], ArrivalWriter>()

/** The writer of this process: one for each pool of connections. */
export function arrivalWriterOf(hub: ConnectionParts): ArrivalWriter {
  let writer = writers.get(hub.pool)
  if (!writer) writers.set(hub.pool, (writer = createWriter(hub)))
  return writer
}

function createWriter(hub: ConnectionParts): ArrivalWriter {
  return new GroupCommit({
    most: receivedTogether,
    ownerOf: ({ target }) => target.id,
    sizeOf: ({ items }) => ({ rows: items.length, bytes: items.reduce((sum, { body }) => sum + body.length, 0) }),
    write: arrivals => writeArrivals(hub, arrivals),
  })
}

// Keys first, by primary key and in one order: of two that are one only the first gets an event, and the second waits for its
// commit. A key by content goes when its event has been routed: from then on the same bytes tell of another change. Of a
// source's it is good for a span of time instead, which is part of it.
const statement = `
  with item as (
    select *, case when has_own_id then delivery_id else 'content/' || delivery_id || span end as key
    from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::jsonb[], $12::text[], $13::text[], $14::text[], $15::text[])
      as t (id, delivery_id, has_own_id, type, account_id, body, scope, workspace_id, provider, provider_app_id, headers,
        connection_id, address_id, source_id, span)
  ), first as (
    select distinct on (scope, key) * from item order by scope, key, id
  ), fresh as (
    insert into inbound_keys (app, delivery_id, expires_at)
    select scope, key, now() + $16::float8 * interval '1 ms' from first order by scope, key
    on conflict do nothing returning app as scope, delivery_id as key
  ), event as (
    insert into inbound_events
      (id, workspace_id, provider, provider_app_id, connection_id, address_id, source_id, account_id, type, delivery_id, status, headers, body)
    select id, workspace_id, provider, provider_app_id, connection_id, address_id, source_id, account_id, type, delivery_id,
      'received', headers, body
    from first join fresh using (scope, key) returning id
  )
  insert into inbound_queue (event_id, provider, provider_app_id, scope, bytes, content_key)
  select id, provider, provider_app_id, scope, length(body), case when has_own_id or span <> '' then null else key end
  from event join first using (id) returning event_id`

async function writeArrivals(hub: ConnectionParts, arrivals: readonly Arrival[]): Promise<number[]> {
  const rows = arrivals.flatMap(({ target, headers, items }, n) => {
    const kept = JSON.stringify(headers)
    return items.map(item => ({ n, target, kept, item, id: newId('inboundEvent') }))
  })
  const span = `/${Math.floor(Date.now() / sourceRepeatMs)}`
  const { rows: written } = await hub.pool.query<{ event_id: string }>({
    name: 'receive_inbound',
    text: statement,
    values: [
      rows.map(({ id }) => id),
      rows.map(({ item }) => item.deliveryId),
      rows.map(({ item }) => item.hasOwnId),
      rows.map(({ item, target }) => (target.source && item.type === 'unknown' ? 'received' : item.type)),
      rows.map(({ item }) => item.accountId),
      rows.map(({ item }) => item.body),
      rows.map(({ target }) => target.id),
      rows.map(({ target }) => target.app.workspaceId),
      rows.map(({ target }) => target.provider),
      rows.map(({ target }) => target.app.providerAppId),
      rows.map(({ kept }) => kept),
      rows.map(({ target }) => target.address?.connectionId ?? null),
      rows.map(({ target }) => target.address?.id ?? null),
      rows.map(({ target }) => target.source?.id ?? null),
      rows.map(({ target }) => (target.source ? span : '')),
      keyLifetimeMs,
    ],
  })
  const ids = new Set(written.map(row => row.event_id))
  const accepted = arrivals.map(() => 0)
  for (const { n, id } of rows) if (ids.has(id)) accepted[n]!++
  return accepted
}
