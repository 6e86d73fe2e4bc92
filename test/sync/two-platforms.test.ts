import { standBetween } from './between.ts'
import { anotherCompany, connectedCompany, createSync, patch, recordNamed, run } from './company.ts'
import { connectStripe } from './stripe-account.ts'

const first = await connectedCompany(0)
const { hub, sandbox } = first

/** A collection joined to two platforms that each write telephone numbers their own way. */
async function joined(isLazy: boolean) {
  const quickbooks = await standBetween(`${sandbox.url}/quickbooks`)
  const stripe = await standBetween(`${sandbox.url}/stripe`)
  const company = await anotherCompany(hub, sandbox, quickbooks.url)
  const local = (text: string) => `(${text.slice(0, 3)}) ${text.slice(3, 6)}-${text.slice(6)}`
  quickbooks.meddle = async (call, pass) => {
    const told = /"FreeFormNumber":"([^"]*)"/.exec(call.body)?.[1]
    if (call.method !== 'POST' || told === undefined) return pass(call)
    const made = local(told.replace(/\D/g, ''))
    const answer = await pass({ ...call, body: call.body.replace(told, made) })
    return isLazy ? { ...answer, body: answer.body.replace(made, told) } : answer
  }
  stripe.meddle = async (call, pass) => {
    const form = new URLSearchParams(call.body)
    if (call.method !== 'POST' || !form.has('phone')) return pass(call)
    form.set('phone', form.get('phone')!.replace(/\D/g, ''))
    return pass({ ...call, body: form.toString() })
  }
  const syncs = [
    await createSync(company, { direction: 'both', conflictPolicy: 'newest' }),
    await createSync({ ...company, connectionId: await connectStripe(company, stripe.url) }, { direction: 'both' }),
  ]
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) for (const syncId of syncs) await run(company, syncId)
  }
  const writes = () => [...quickbooks.calls, ...stripe.calls].filter(({ method }) => method === 'POST').length
  return { company, rounds, writes, stripe }
}

describe('two platforms that write telephone numbers each its own way', () => {
  it.each([
    ['in its answers', false, 3],
    ['only in what it shows later', true, 9],
  ])(
    'come to rest when one does it %s, and a later edit travels to both',
    async (_, isLazy, needed) => {
      const { company, rounds, writes, stripe } = await joined(isLazy)
      const data = { displayName: `Ada ${String(isLazy)}`, phone: '555-555-1234' }
      const made = await company.workspace.request('POST', '/v1/records', { collection: 'customers', data })
      await rounds(needed)
      const before = writes()
      const { version } = await recordNamed(company, data.displayName)
      await rounds(2)
      expect(writes()).toBe(before)
      expect((await recordNamed(company, data.displayName)).version).toBe(version)

      await patch(company, made.body.id, { phone: '777 777 0000' })
      stripe.calls.length = 0
      await rounds(2)
      expect((await company.customers.get(data.displayName)).PrimaryPhone).toEqual({ FreeFormNumber: '(777) 777-0000' })
      expect(
        stripe.calls.some(({ body }) => new URLSearchParams(body).get('phone')?.replace(/\D/g, '') === '7777770000'),
      ).toBe(true)
    },
    90_000,
  )
})
