import { made, workflowLink, type Demonstration } from './context.ts'
import { hold } from './eventually.ts'
import { runSync } from './run-sync.ts'

interface CustomerRecord {
  id: string
  externalId?: string
  data: { displayName: string; phone?: string | null; notes?: string | null; [field: string]: unknown }
}

export async function syncCustomers(demonstration: Demonstration): Promise<void> {
  const { say, stack } = demonstration
  const api = made(demonstration, 'api')
  const quickbooks = made(demonstration, 'quickbooks')
  const customersOf = stack.sandbox.control.customers(quickbooks.realmId)

  const sync = await api.post<{ id: string }>('/v1/syncs', {
    connectionId: quickbooks.connectionId,
    model: 'customers',
    direction: 'both',
    schedule: { every: '15m' },
    conflictPolicy: 'provider',
  })
  quickbooks.syncId = sync.id
  say(`sync ${sync.id}: customers, both ways, every 15 minutes, conflicts settled for the provider`)

  // The company keeps what earlier demonstrations wrote: each writes something new.
  const at = new Date().toISOString()
  const run = (what: string) => runSync(demonstration, api, sync.id, what)

  const first = await run('first pull')
  hold(first.counts.created === 500, `500 customers were expected, ${first.counts.created} came`)
  say(workflowLink(demonstration, `sync/${sync.id}`))

  const { data } = await api.get<{ data: CustomerRecord[] }>('/v1/records?collection=customers&limit=3')
  const [inHub, atProvider, inBoth] = data
  hold(inHub !== undefined && atProvider !== undefined && inBoth !== undefined, 'the records are not listed')

  await api.patch(`/v1/records/${inHub.id}`, { data: { notes: `Changed in the hub, ${at}` } })
  await run('one changed in the hub, pushed')
  const pushed = await customersOf.get(inHub.data.displayName)
  hold(pushed.Notes === `Changed in the hub, ${at}`, 'the change did not arrive at the provider')

  await customersOf.change(atProvider.data.displayName, { Notes: `Changed at the provider, ${at}` })
  await run('one changed at the provider, pulled')
  const pulled = await api.get<CustomerRecord>(`/v1/records/${atProvider.id}`)
  hold(pulled.data.notes === `Changed at the provider, ${at}`, 'the change did not arrive in the hub')

  await api.patch(`/v1/records/${inBoth.id}`, { data: { notes: `The hub says this, ${at}` } })
  await customersOf.change(inBoth.data.displayName, { Notes: `The provider says that, ${at}` })
  await run('one changed on both sides, settled')
  const settled = await api.get<CustomerRecord>(`/v1/records/${inBoth.id}`)
  hold(settled.data.notes === `The provider says that, ${at}`, 'the conflict was not settled for the provider')
}
