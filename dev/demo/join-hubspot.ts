import { hubspotKey } from '../sandbox/settings.ts'
import type { Api } from './api.ts'
import { made, workflowLink, type Demonstration } from './context.ts'
import { hold } from './eventually.ts'
import { runSync } from './run-sync.ts'

interface Customer {
  id: string
  data: { displayName: string; email?: string; phone?: string; [field: string]: unknown }
}

interface Contact {
  id: string
  properties: Record<string, string | null>
}

interface HistoryEntry {
  kind: string
  actor: { kind: string; id: string } | null
  runId: string | null
  fields: { path: string }[]
}

/** A second platform on the collection: its people are found to be the customers that are there, and edits travel all the way. */
export async function joinHubSpot(demonstration: Demonstration): Promise<void> {
  const { say, stack } = demonstration
  const api = made(demonstration, 'api')
  const quickbooks = made(demonstration, 'quickbooks')
  const quickbooksSync = quickbooks.syncId
  hold(quickbooksSync !== undefined, 'an earlier step left no sync of QuickBooks')
  const customersOf = stack.sandbox.control.customers(quickbooks.realmId)
  const crm = crmOf(`${stack.sandbox.url}/hubspot/api.hubapi.com/crm/v3/objects/contacts`)
  const run = (syncId: string, what: string) => runSync(demonstration, api, syncId, what)

  const { data } = await api.get<{ data: Customer[] }>('/v1/records?collection=customers&limit=200')
  const [known, edited] = data.filter(({ data: { email } }) => email !== undefined).slice(-2)
  hold(known !== undefined && edited !== undefined, 'no customer has an e-mail address')
  const there = await crm.findOrMake(known.data.email!)
  say(`HubSpot knows ${known.data.displayName} already, as contact ${there.id}`)

  const app = await api.post<{ id: string }>('/v1/provider-apps', {
    provider: 'hubspot',
    name: 'HubSpot in the sandbox',
    baseUrls: { 'https://api.hubapi.com': `${stack.sandbox.url}/hubspot/{host}` },
  })
  const { connection } = await api.post<{ connection: { id: string; status: string } }>('/v1/connections', {
    ...{ provider: 'hubspot', method: 'private-app', providerAppId: app.id, credentials: { apiKey: hubspotKey } },
  })
  hold(connection.status === 'connected', `the connection is ${connection.status}`)
  const sync = await api.post<{ id: string }>('/v1/syncs', {
    ...{ connectionId: connection.id, model: 'contacts', collection: 'customers', direction: 'both' },
    ...{ conflictPolicy: 'newest', match: [['email']] },
  })
  say(`sync ${sync.id}: HubSpot's contacts on the same collection, joined by e-mail address`)
  await run(sync.id, 'everybody matched or made')
  say(workflowLink(demonstration, `sync/${sync.id}`))

  const joined = await crm.allWith(known.data.email!)
  hold(
    joined.length === 1 && joined[0]!.id === there.id,
    `${known.data.displayName} is at HubSpot ${joined.length} times`,
  )
  const [appeared] = await crm.allWith(edited.data.email!)
  hold(appeared !== undefined, `${edited.data.displayName} did not appear in HubSpot`)
  say(`${edited.data.displayName} of QuickBooks appeared in HubSpot as contact ${appeared.id}; nobody is there twice`)

  const phone = `+1 555 ${String(Date.now()).slice(-7)}`
  await crm.change(appeared.id, { phone })
  await run(sync.id, 'one changed at HubSpot, pulled')
  await run(quickbooksSync, 'and pushed to QuickBooks')
  const arrived = await customersOf.get(edited.data.displayName)
  const { FreeFormNumber: told } = arrived.PrimaryPhone as { FreeFormNumber?: string }
  hold(told === phone, 'the edit at HubSpot did not come to QuickBooks')
  const names = { [quickbooksSync]: 'the sync of QuickBooks', [sync.id]: 'the sync of HubSpot' }
  await tellHistory(demonstration, api, edited, names)
}

/** Each step of what became of a record, as its history explains it. */
async function tellHistory(
  { say }: Demonstration,
  api: Api,
  { id, data }: Customer,
  names: Record<string, string>,
): Promise<void> {
  const { data: entries } = await api.get<{ data: HistoryEntry[] }>(`/v1/records/${id}/history`)
  hold(entries.length >= 3, `the history has ${entries.length} entries`)
  say(`what became of ${data.displayName}, newest first (GET /v1/records/${id}/history):`)
  for (const { kind, actor, runId, fields } of entries.slice(0, 6)) {
    const what = fields.map(({ path }) => path).join(', ')
    say(`  ${kind.padEnd(8)} by ${names[actor?.id ?? ''] ?? actor?.kind}, ${runId ?? 'no run'}${what && `: ${what}`}`)
  }
}

/** What a person does at HubSpot. https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
function crmOf(url: string) {
  const call = async <Answer>(method: string, path: string, body: unknown): Promise<Answer> => {
    const headers = { authorization: `Bearer ${hubspotKey}`, 'content-type': 'application/json' }
    const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) })
    hold(response.ok, `HubSpot in the sandbox answers ${method} ${path} with ${response.status}`)
    return (await response.json()) as Answer
  }
  const allWith = async (email: string): Promise<Contact[]> => {
    const filters = [{ propertyName: 'email', operator: 'EQ', value: email }]
    const asked = { filterGroups: [{ filters }], properties: ['email', 'phone'], limit: 10 }
    return (await call<{ results: Contact[] }>('POST', '/search', asked)).results
  }
  return {
    allWith,
    // The account keeps what earlier demonstrations made.
    findOrMake: async (email: string) =>
      (await allWith(email))[0] ?? (await call<Contact>('POST', '', { properties: { email } })),
    change: (id: string, properties: Record<string, string>) => call<Contact>('PATCH', `/${id}`, { properties }),
  }
}
