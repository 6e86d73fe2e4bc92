import { randomInt } from 'node:crypto'
import type { SandboxProcess } from '../../../dev/sandbox/process.ts'
import type { Hub } from '../../../src/hub.ts'
import { approve, createApp, eventually, type Connecting, type ShownConnection } from '../../connections/accounts.ts'
import { createTestServer, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import type { Company } from '../company.ts'

export type Values = Record<string, unknown>

/** One model of a platform, with what a person does there and what the two sides call the same. */
export interface Side {
  provider: 'hubspot' | 'salesforce'
  model: string
  collection: string
  /** The hub's fields of the nth thing, and what the platform calls them. */
  ours(n: number): Values
  theirs(n: number): Values
  /** Two fields of text, as the hub and as the platform names them. */
  text: [hub: string, platform: string]
  other: [hub: string, platform: string]
  /** A record that the platform refuses, and the code of that. */
  refused: { data: Values; code: string }
  /** An address that the platform writes in its own way, and what it makes of it. */
  normalised?: { hub: Values; platform: string; becomes: string }
  /** What the platform answers in the place of a call when its limit is met. */
  limited: '429'
  /** The calls of its writes, as a fault names them. */
  writes: string
}

const hubspot = { provider: 'hubspot', limited: '429', writes: '/crm/v3/objects' } as const
const salesforce = {
  provider: 'salesforce',
  limited: '429',
  writes: '/services/data',
} as const

export const sides: Side[] = [
  {
    ...{
      ...hubspot,
      model: 'contacts',
      collection: 'contacts',
      text: ['phone', 'phone'],
      other: ['jobTitle', 'jobtitle'],
    },
    ours: n => ({ givenName: 'Ada', familyName: `No ${n}`, email: `ada${n}@example.com` }),
    theirs: n => ({ firstname: 'Ada', lastname: `No ${n}`, email: `ada${n}@example.com` }),
    refused: { data: { familyName: 'Bad', email: 'no mail' }, code: 'PROVIDER_REJECTED' },
    normalised: { hub: { email: 'Mixed.Case@Example.COM' }, platform: 'email', becomes: 'mixed.case@example.com' },
  },
  {
    ...{
      ...hubspot,
      model: 'companies',
      collection: 'companies',
      text: ['phone', 'phone'],
      other: ['notes', 'description'],
    },
    ours: n => ({ displayName: `Acme ${n}`, website: `https://acme${n}.example` }),
    theirs: n => ({ name: `Acme ${n}`, website: `https://acme${n}.example` }),
    refused: { data: { displayName: 'Long', notes: 'x'.repeat(65_600) }, code: 'PROVIDER_REJECTED' },
    normalised: { hub: { displayName: '  Spaced  ' }, platform: 'name', becomes: 'Spaced' },
  },
  {
    ...{ ...hubspot, model: 'deals', collection: 'deals', text: ['notes', 'description'], other: ['name', 'dealname'] },
    ours: n => ({ name: `Deal ${n}`, amount: '1200.75', stage: 'closedwon', closeDate: '2026-03-31' }),
    theirs: n => ({
      dealname: `Deal ${n}`,
      amount: '1200.75',
      dealstage: 'closedwon',
      closedate: '2026-03-31T00:00:00.000Z',
    }),
    refused: { data: { name: 'Bad', stage: 'dreaming' }, code: 'PROVIDER_REJECTED' },
  },
  {
    ...{
      ...salesforce,
      model: 'contacts',
      collection: 'contacts',
      text: ['phone', 'Phone'],
      other: ['jobTitle', 'Title'],
    },
    ours: n => ({ givenName: 'Ada', familyName: `No ${n}`, email: `ada${n}@example.com` }),
    theirs: n => ({ FirstName: 'Ada', LastName: `No ${n}`, Email: `ada${n}@example.com` }),
    refused: { data: { givenName: 'Nobody' }, code: 'PROVIDER_REJECTED' },
    normalised: { hub: { familyName: '  Spaced  ' }, platform: 'LastName', becomes: 'Spaced' },
  },
  {
    ...{
      ...salesforce,
      model: 'accounts',
      collection: 'companies',
      text: ['phone', 'Phone'],
      other: ['notes', 'Description'],
    },
    ours: n => ({ displayName: `Acme ${n}`, website: `https://acme${n}.example` }),
    theirs: n => ({ Name: `Acme ${n}`, Website: `https://acme${n}.example` }),
    refused: { data: { displayName: 'x'.repeat(256) }, code: 'PROVIDER_REJECTED' },
  },
  {
    ...{
      ...salesforce,
      model: 'leads',
      collection: 'leads',
      text: ['phone', 'Phone'],
      other: ['source', 'LeadSource'],
    },
    ours: n => ({ givenName: 'Ada', familyName: `No ${n}`, companyName: 'Acme', status: 'Working - Contacted' }),
    theirs: n => ({ FirstName: 'Ada', LastName: `No ${n}`, Company: 'Acme', Status: 'Working - Contacted' }),
    refused: { data: { familyName: 'No company' }, code: 'PROVIDER_REJECTED' },
  },
]

/** A workspace with a connection to an account of its own, and what a person does with its things. */
export interface Crm extends Company {
  account: string
  control: (path: string, method: string, body?: object) => Promise<Values>
}

/** Connects a new account of a platform, to a workspace that is there or a new one. */
export async function connectCrm(
  hub: Hub,
  sandbox: SandboxProcess,
  provider: Side['provider'],
  beside?: TestWorkspace,
): Promise<Crm> {
  const app = await createTestServer(hub)
  const workspace = beside ?? (await createWorkspace(hub))
  const providerAppId = await createApp(workspace, sandbox.url, provider)
  const account =
    provider === 'hubspot' ? String(randomInt(10_000_000, 99_999_999)) : `00D5g0000${randomInt(100_000, 999_999)}EAS`
  const asked = { provider, providerAppId, method: 'oauth' }
  const begun = await workspace.request<Connecting>('POST', '/v1/connections', asked)
  if (begun.status >= 300) throw new Error(`not begun: ${JSON.stringify(begun.body)}`)
  const callback = await approve(begun.body.authorizationUrl, { account })
  await app.inject(callback.pathname + callback.search)
  const connectionId = begun.body.connection.id
  await eventually('the connection', async () => {
    const { body } = await workspace.request<ShownConnection>('GET', `/v1/connections/${connectionId}`)
    return body.status === 'connected'
  })
  const control = async (path: string, method: string, body?: object): Promise<Values> => {
    const headers = { 'content-type': 'application/json' }
    const said = body === undefined ? {} : { headers, body: JSON.stringify(body) }
    const answer = await fetch(`${sandbox.url}/_control/${provider}/${account}${path}`, { method, ...said })
    const answered = (await answer.json()) as Values
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answered)}`)
    return answered
  }
  return { hub, sandbox, workspace, connectionId, account, control } as Crm
}

/** What a person does with things of one kind. */
export function personAt({ control }: Crm, { provider, model }: Pick<Side, 'provider' | 'model'>) {
  if (provider === 'hubspot') {
    return {
      create: async (properties: Values) => String((await control(`/${model}`, 'POST', { properties })).id),
      many: (all: Values[]) => control(`/${model}/many`, 'POST', { inputs: all.map(properties => ({ properties })) }),
      change: (id: string, properties: Values) => control(`/${model}/${id}`, 'PATCH', { properties }),
      remove: (id: string) => control(`/${model}/${id}`, 'DELETE'),
      list: async () => {
        const names =
          'email,firstname,lastname,phone,jobtitle,name,description,dealname,amount,deal_currency_code,dealstage,closedate,website,associatedcompanyid'
        const all: (Values & { id: string })[] = []
        for (let after = '0'; ; after = all.at(-1)!.id) {
          const page = await control(`/${model}?limit=100&after=${after}&properties=${names}`, 'GET')
          const results = page.results as { id: string; properties: Values }[]
          all.push(...results.map(({ id, properties }) => ({ id, ...properties })))
          if (!page.paging) return all
        }
      },
    }
  }
  const type = { contacts: 'Contact', accounts: 'Account', leads: 'Lead' }[model]!
  return {
    create: async (values: Values) => ((await control(`/${type}`, 'POST', values)).ids as string[])[0]!,
    many: (many: Values[]) => control(`/${type}`, 'POST', { many }),
    change: (id: string, values: Values) => control(`/${type}/${id}`, 'PATCH', values),
    remove: (id: string) => control(`/${type}/${id}`, 'DELETE'),
    list: async () => {
      const rows = (await control(`/${type}`, 'GET')) as unknown as Values[]
      return rows.map(row => ({ ...row, id: String(row.Id) }))
    },
  }
}
