import { stripeKey } from '../../../dev/sandbox/settings.ts'
import { standBetween, type Between } from '../between.ts'
import { anotherCompany, createSync, records, run, type Company } from '../company.ts'
import { connectStripe } from '../stripe-account.ts'

/** A workspace with a QuickBooks company and a Stripe account whose list is its own, as all share the sandbox's account. */
export interface TwoPlatforms {
  company: Company
  stripe: Company
  between: Between
  /** Makes a customer at Stripe, as a person does there; gives its id. */
  addToStripe: (fields: Record<string, string>) => Promise<string>
  changeInStripe: (id: string, fields: Record<string, string>) => Promise<void>
  /** What the account has. */
  inStripe: () => Promise<StripeCustomer[]>
}

/** A customer, or an event that tells of one. */
interface Listed {
  id: string
  data?: { object: { id: string } }
}

export interface StripeCustomer {
  id: string
  name: string | null
  email: string | null
  phone: string | null
  description: string | null
}

export async function twoPlatforms(beside: Company): Promise<TwoPlatforms> {
  const { hub, sandbox } = beside
  const company = await anotherCompany(hub, sandbox)
  const between = await standBetween(`${sandbox.url}/stripe`)
  const own = new Set<string>()
  // The account is everybody's: whoever lists it sees its own customers only.
  between.meddle = async (call, pass) => {
    const answer = await pass(call)
    const body = JSON.parse(answer.body) as { id?: string; data?: Listed[]; has_more?: boolean }
    if (call.method === 'POST' && body.id?.startsWith('cus_')) own.add(body.id)
    if (!body.data) return answer
    const data = body.data.filter(({ id, data: of }) => own.has(of?.object.id ?? id))
    // Its own are the newest, which come first.
    const has_more = body.has_more === true && data.length === body.data.length
    return { ...answer, body: JSON.stringify({ ...body, data, has_more }) }
  }
  const send = async (path: string, fields: Record<string, string>) => {
    const response = await fetch(`${sandbox.url}/stripe${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stripeKey}` },
      body: new URLSearchParams(fields),
    })
    const { id } = (await response.json()) as { id?: string }
    if (id === undefined) throw new Error(`not made: ${response.status}`)
    return id
  }
  return {
    company,
    stripe: { ...company, connectionId: await connectStripe(company, between.url) },
    between,
    async addToStripe(fields) {
      const id = await send('/v1/customers', fields)
      own.add(id)
      return id
    },
    changeInStripe: async (id, fields) => void (await send(`/v1/customers/${id}`, fields)),
    async inStripe() {
      const answer = await fetch(`${between.url}/v1/customers?limit=100`, {
        headers: { authorization: `Bearer ${stripeKey}` },
      })
      return ((await answer.json()) as { data: StripeCustomer[] }).data
    },
  }
}

/** A company's sync that is through with its first run. */
export async function pulled(company: Company, settings: Record<string, unknown> = {}): Promise<string> {
  const syncId = await createSync(company, settings)
  await run(company, syncId)
  return syncId
}

export async function names(company: Company, collection = 'customers'): Promise<unknown[]> {
  return (await records(company, '', collection)).map(({ data }) => data.displayName).toSorted()
}

export interface ShownMatch {
  id: string
  externalId: string
  data: Record<string, unknown>
  candidates: { recordId: string; data: Record<string, unknown> }[]
}

export async function matchesOf({ workspace }: Company, syncId: string): Promise<ShownMatch[]> {
  return (await workspace.request<{ data: ShownMatch[] }>('GET', `/v1/syncs/${syncId}/matches`)).body.data
}
