import type pg from 'pg'
import { describeError } from '../../sending/outcome.ts'
import { noteVerified } from '../../endpoints/verification.ts'
import type { ClaimedDelivery } from '../claiming/claim.ts'
import { sameRow } from '../claiming/same-row.ts'
import type { Result } from './result.ts'

const columns = `unnest($1::text[], $2::int[], $3::float8[], $4::int[], $5::smallint[], $6::int[], $9::int[], $10::text[])
    with ordinality as r(id, lease, sent_at, duration_ms, status_code, answer_size, endpoint_version, endpoint_id, n)`

// A result counts only under the lease it was sent under, and ends it: who was frozen beyond its lease changes nothing any
// more, and recording twice is recording once.
export const deliveredText = `
  with r as materialized (
    select r.*, (sum(answer_size) over (order by n) - answer_size + 1)::int as start from ${columns}
  ), done as (
    delete from delivery_queue q using r where ${sameRow('r')} and q.lease = r.lease
    returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.attempts, r.sent_at, r.duration_ms, r.status_code,
      r.answer_size, r.start, r.endpoint_version
  )
  insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at, sent_at, duration_ms,
    status_code, answer, worker, endpoint_version)
  select id, workspace_id, endpoint_id, event_id, 'delivered', attempts + 1,
    to_timestamp((sent_at + duration_ms) / 1000), to_timestamp(sent_at / 1000), duration_ms, status_code,
    case when answer_size > 0 then substr($7::bytea, start, answer_size) end, $8, endpoint_version
  from done`

export const otherText = `
  with r as materialized (
    select r.*, (sum(answer_size) over (order by n) - answer_size + 1)::int as start
    from unnest($1::text[], $2::int[], $3::float8[], $4::int[], $5::smallint[], $6::int[], $9::int[], $10::text[],
      $11::text[], $12::float8[], $13::text[], $14::text[], $15::text[])
      with ordinality as r(id, lease, sent_at, duration_ms, status_code, answer_size, endpoint_version, endpoint_id, kind,
        delay_ms, reason, error, location, n)
  ), done as (
    delete from delivery_queue q using r where ${sameRow('r')} and q.lease = r.lease and r.kind = 'failed'
    returning q.workspace_id, q.event_id, q.attempts, q.last_error, r.*
  ), finished as (
    insert into deliveries (id, workspace_id, endpoint_id, event_id, status, reason, attempts, finished_at, sent_at,
      duration_ms, status_code, error, location, answer, worker, endpoint_version)
    select id, workspace_id, endpoint_id, event_id, 'failed', case when reason = 'payload_expired' and exists (
        select from events e where e.id = event_id and e.payload_erased_at is not null) then 'payload_erased' else reason end,
      attempts + (sent_at is not null)::int, now(),
      to_timestamp(sent_at / 1000), duration_ms, status_code, coalesce(error, last_error), location,
      case when answer_size > 0 then substr($7::bytea, start, answer_size) end, case when sent_at is not null then $8 end,
      endpoint_version
    from done
  ), again as (
    update delivery_queue q set attempts = q.attempts + 1, step = q.step + (r.kind = 'retry')::int,
      lease = q.lease + 1, leased_until = null, held = q.gated, last_error = r.error,
      due_at = now() + r.delay_ms * interval '1 ms'
    from r where ${sameRow('r')} and q.lease = r.lease and r.kind in ('retry', 'same_step')
    returning q.workspace_id, q.attempts, r.*
  ), tried as (
    insert into delivery_attempts (delivery_id, number, workspace_id, endpoint_id, sent_at, duration_ms, status_code,
      error, location, answer, worker, endpoint_version)
    select id, attempts, workspace_id, endpoint_id, to_timestamp(sent_at / 1000), duration_ms, status_code, error, location,
      case when answer_size > 0 then substr($7::bytea, start, answer_size) end, $8, endpoint_version
    from again
  ), unspent as (
    update delivery_queue q set lease = q.lease + 1, leased_until = null, held = q.held or r.kind = 'held',
      due_at = case when r.delay_ms > 0 then now() + r.delay_ms * interval '1 ms'
        else greatest(q.due_at, now() - interval '30 seconds') end
    from r where ${sameRow('r')} and q.lease = r.lease and r.kind in ('back', 'held')
  )
  select id from done`

const list = (values: readonly (string | number)[]) => `{${values.join()}}`

/**
 * Records results, each under its lease, in at most two statements: queue rows become history, or wait again. Gives the
 * ids that it finished: of those that were delivered only if that is asked for, or one of them stood in a line.
 * @param db the pool, or the connection of a transaction
 * @param worker the process, as attempts name it
 */
export async function recordResults(
  db: pg.Pool | pg.PoolClient,
  results: readonly Result[],
  worker: string,
  { naming }: { naming: boolean } = { naming: false },
): Promise<Set<string>> {
  const delivered = results.filter(result => result.verdict.kind === 'delivered')
  const others = results.filter(result => result.verdict.kind !== 'delivered')
  const named = naming || delivered.some(({ delivery }) => standsInLine(delivery))
  // Whoever sees a test event delivered finds its endpoint verified.
  await noteVerified(db, delivered)
  const done = await Promise.all([
    delivered.length === 0
      ? undefined
      : db.query<{ id: string }>({
          name: named ? 'record-delivered-naming' : 'record-delivered',
          text: named ? `${deliveredText} returning id` : deliveredText,
          values: commonValues(delivered, worker),
        }),
    others.length === 0
      ? undefined
      : db.query<{ id: string }>({
          name: 'record-others',
          text: otherText,
          values: [
            ...commonValues(others, worker),
            list(others.map(({ verdict }) => ('sameStep' in verdict ? 'same_step' : verdict.kind))),
            list(others.map(({ verdict }) => ('delayMs' in verdict ? verdict.delayMs : 0))),
            others.map(({ verdict }) => ('reason' in verdict ? verdict.reason : null)),
            others.map(({ outcome }) => (outcome ? describeError(outcome) : null)),
            others.map(({ outcome }) => outcome?.location ?? null),
          ],
        }),
  ])
  return new Set(done.flatMap(answer => answer?.rows.map(row => row.id) ?? []))
}

/** Whether another delivery waits for this one's result. */
export function standsInLine({ sequence }: ClaimedDelivery): boolean {
  return typeof sequence === 'number'
}

function commonValues(results: readonly Result[], worker: string): unknown[] {
  const answers = results.flatMap(({ outcome }) => outcome?.answer ?? [])
  return [
    list(results.map(({ delivery }) => delivery.id)),
    list(results.map(({ delivery }) => delivery.lease)),
    list(results.map(({ outcome }) => outcome?.sentAt ?? 'NULL')),
    list(results.map(({ outcome }) => outcome?.durationMs ?? 'NULL')),
    list(results.map(({ outcome }) => outcome?.status ?? 'NULL')),
    list(results.map(({ outcome }) => outcome?.answer?.length ?? 0)),
    Buffer.concat(answers),
    worker,
    list(results.map(({ outcome }) => outcome?.endpointVersion ?? 'NULL')),
    list(results.map(({ delivery }) => delivery.endpointId)),
  ]
}
