import type { Product } from '../../dev/product.ts'
import { once, type Caller, type Shown } from './caller.ts'
import type { MadeConnections } from './use-connections.ts'

export interface MadeSyncs {
  /** QuickBooks customers, both ways, conflicts held for a person. */
  manual: string
  /** Stripe customers of the same collection, both ways. */
  both: string
  /** Of the imported account, into a collection of its own; its last run failed, as the account is not open any more. */
  pulled: string
  paused: string
  /** A record by what became of it. */
  records: Record<'conflict' | 'deletedThere' | 'deletedHere' | 'refused' | 'quiet', string>
}

/** Runs syncs in both directions until there are links, conflicts, tombstones, records that were refused, and runs that failed. */
export async function useSyncs({ stack }: Product, ask: Caller, made: MadeConnections): Promise<MadeSyncs> {
  const { control } = stack.sandbox
  const customers = control.customers(made.quickbooks.account)
  const manual = await sync(made.quickbooks.id, {
    direction: 'both',
    conflictPolicy: 'manual',
    schedule: { every: '1d' },
  })
  await run(manual)
  const [conflict, deletedThere, deletedHere, quiet] = await list('customers')
  const both = await sync(made.stripe.id, { direction: 'both', schedule: { cron: '0 6 * * 1' } })
  await run(both)
  await run(manual, { full: true })

  const refused = await ask('POST', '/v1/records', {
    ...{ collection: 'customers', data: { displayName: nameOf(quiet!), email: 'twice@example.com' } },
  })
  await ask('PATCH', `/v1/records/${conflict!.id}`, { data: { phone: '+1 555 0100' } })
  await customers.change(nameOf(conflict!), { PrimaryPhone: { FreeFormNumber: '+1 555 0199' } })
  await customers.delete(nameOf(deletedThere!))
  await ask('DELETE', `/v1/records/${deletedHere!.id}`)
  await run(manual)
  await run(both)
  await run(manual)

  const pulled = await sync(made.imported.id, { collection: 'elsewhere' })
  await run(pulled)
  const paused = await sync(made.degraded.id, { collection: 'degraded', schedule: { every: '1h' } })
  await ask('POST', `/v1/syncs/${paused}/pause`)
  await control.revokeGrants({ platform: 'quickbooks', account: made.imported.account })
  await run(pulled)
  const cancelled = await sync(made.quickbooks.id, { collection: 'cancelled' })
  await control.addFault({ platform: 'quickbooks', path: '/v3/company', kind: 'slow', delayMs: 3_000 })
  await ask('POST', `/v1/syncs/${cancelled}/runs`, {})
  await once('a run that has begun', async () => {
    const { data } = await ask('GET', `/v1/syncs/${cancelled}/runs`)
    return data.some(found => found.status === 'running')
  })
  await ask('POST', `/v1/syncs/${cancelled}/pause`)
  await once('a run that was cancelled', async () => {
    const { data } = await ask('GET', `/v1/syncs/${cancelled}/runs`)
    return data.every(found => found.status === 'cancelled')
  })
  await control.clearFaults()
  return {
    ...{ manual, both, pulled, paused },
    records: {
      ...{ conflict: conflict!.id, deletedThere: deletedThere!.id, deletedHere: deletedHere!.id },
      ...{ refused: refused.id, quiet: quiet!.id },
    },
  }

  async function sync(connectionId: string, settings: object): Promise<string> {
    return (await ask('POST', '/v1/syncs', { connectionId, model: 'customers', ...settings })).id
  }

  async function run(syncId: string, body: object = {}): Promise<Shown> {
    const { id } = await ask('POST', `/v1/syncs/${syncId}/runs`, body)
    return once(`the end of ${id}`, async () => {
      const found = await ask('GET', `/v1/syncs/${syncId}/runs/${id}`)
      return found.status !== 'requested' && found.status !== 'running' && found
    })
  }

  async function list(collection: string): Promise<Shown[]> {
    return (await ask('GET', `/v1/records?collection=${collection}&limit=1000`)).data
  }
}

function nameOf(record: Shown): string {
  return String((record.data as unknown as { displayName: string }).displayName)
}
