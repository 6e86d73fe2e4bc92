import { checkDefinition } from '../../src/catalogue/check-definition.ts'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import type { WebhookScheme } from '../../src/catalogue/schema/webhooks/schemes.ts'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import { fc } from '../support/properties.ts'

// What a stranger posts is JSON of any kind.

type Json = null | boolean | number | string | Json[] | { [member: string]: Json }

const copy = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T
const faultsOf = (written: unknown) => checkDefinition(written).faults ?? []

/** Every place of a definition but those where any JSON may stand. */
function placesOf(value: Json, path: string[] = []): string[][] {
  if (path.some(member => ['constant', 'equals', 'body', 'restore', 'request'].includes(member))) return []
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [path, ...inner.flatMap(([member, one]) => placesOf(one, [...path, member]))]
}

function at(value: Json, path: string[]): Json {
  return path.reduce((now, member) => (now as Record<string, Json>)[member]!, value)
}

/** A definition of the catalogue's with something else in one place. */
function changed(definition: Json, path: string[], change: (value: Json) => Json): Json {
  const whole = copy(definition)
  if (path.length === 0) return change(whole)
  const parent = at(whole, path.slice(0, -1)) as Record<string, Json>
  parent[path.at(-1)!] = change(parent[path.at(-1)!]!)
  return whole
}

const definitions = platforms.map(platform => copy(platform) as unknown as Json)
/** A definition, and a place in it. */
const somewhere = fc
  .constantFrom(...definitions)
  .chain(definition => fc.constantFrom(...placesOf(definition)).map(path => ({ definition, path })))

/** Whether a fault is told of this place, or of what it is in. */
const isAt = (path: string[]) => {
  const [first] = [path.join('.')]
  return (fault: { path: string }) => first.startsWith(fault.path) || fault.path.startsWith(first)
}

describe("a stranger's definition", () => {
  it('is taken when it is one', () => {
    for (const definition of definitions) expect(checkDefinition(definition)).toEqual({ definition })
  })

  it('is refused, and nothing breaks, when it is any other JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        expect(faultsOf(value).length).toBeGreaterThan(0)
      }),
    )
  })

  it('is refused with the place of a member that is not known', () => {
    fc.assert(
      fc.property(somewhere, fc.constantFrom('unknown', 'constructor', 'toString', 'a b', ''), (place, name) => {
        const { definition, path } = place
        const value = at(definition, path)
        fc.pre(typeof value === 'object' && value !== null && !Array.isArray(value))
        const faults = faultsOf(changed(definition, path, one => ({ ...(one as object), [name]: [{}] })))
        expect(faults.filter(isAt([...path, name]))).not.toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  const anyJson = ['entry', 'constant', 'body', 'request', 'restore', 'values']
  const anyValue = ['equals', 'unless', 'yes', 'no', 'value', 'nothing']

  it('is refused with the place of what is of another kind, or far too large', () => {
    const odd = fc.constantFrom<Json>(
      'x'.repeat(30_000),
      Array.from({ length: 5_000 }, () => 'x'),
      Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`member${n}`, `${n}`])),
      -1,
      1e300,
      null,
      [[[[{}]]]],
      '\u0000',
    )
    fc.assert(
      fc.property(somewhere, odd, ({ definition, path }, value) => {
        // Where nothing is, or text of people, an odd character may stand.
        fc.pre(value !== '\u0000' || /(path|id|docs|api|get)$/.test(path.at(-1) ?? ''))
        fc.pre(path.at(-1) !== 'cleared' && !(path.includes('query') && typeof value === 'number'))
        // Within JSON that is said as it stands, and as a value that is looked for, whatever is small may stand.
        const isFree = path.some((step, place) => {
          const last = place === path.length - 1
          return (last ? anyValue : anyJson).includes(String(step))
        })
        fc.pre(!isFree || JSON.stringify(value).length > 100)
        const faults = faultsOf(changed(definition, path, () => value))
        expect(faults.filter(isAt(path))).not.toEqual([])
        expect(JSON.stringify(faults).length).toBeLessThan(20_000)
      }),
      { numRuns: 500 },
    )
  })

  it('is refused when it is deeper than a stack, longer than a definition, or names what every object has', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as Json
    const long = { ...(definitions[0] as object), name: 'x'.repeat(1_000_000) }
    for (const value of [deep, { ...(definitions[0] as object), models: deep }, long])
      expect(faultsOf(value)).toEqual([{ path: '', message: 'must be JSON of at most 262144 characters' }])
    const text = JSON.stringify(definitions[0]).replace('{', '{"__proto__":{"id":"github"},')
    const { definition } = checkDefinition(JSON.parse(text))
    expect(Object.getPrototypeOf(definition ?? {})).toBe(Object.prototype)
  })
})

describe('what does not fit together', () => {
  const stripe = platforms.find(({ id }) => id === 'stripe')!
  const github = platforms.find(({ id }) => id === 'github')!
  const quickbooks = platforms.find(({ id }) => id === 'quickbooks')!
  const faults = (definition: ProviderDefinition) => faultsOf(copy(definition))
  const { customers } = stripe.models!

  it('is a scope that is asked for and not explained', () => {
    expect(faults({ ...github, scopes: {} })).toEqual([
      { path: 'auth.0.defaultScopes', message: 'read:user is not explained in scopes' },
    ])
  })

  it('is a field of a token that an app does not have openly, and a second way beside a token in each item', () => {
    const token: WebhookScheme = {
      kind: 'jwt',
      token: { header: 'authorization' },
      keys: 'https://keys.example/certs',
      issuers: ['them'],
      audience: { field: 'aud' },
      claims: { email: { field: 'mail' }, email_verified: true },
    }
    const fields = {
      fields: [
        { name: 'aud', label: 'Audience' },
        { name: 'mail', label: 'Address', secret: true },
      ],
    }
    const webhooks = { ...stripe.webhooks!, otherSchemes: [token] }
    expect(faults({ ...stripe, app: fields, webhooks })).toEqual([
      { path: 'webhooks.otherSchemes.0', message: 'mail is no field of the app that is not secret' },
    ])
    const inItems = { kind: 'shared-token', in: { path: 'value[].token' } } as const
    const beside = { ...stripe.webhooks!, scheme: inItems, otherSchemes: [{ kind: 'basic' } as const] }
    expect(faults({ ...stripe, webhooks: beside })).toEqual([
      { path: 'webhooks.otherSchemes', message: 'are not taken where each item has to show a token' },
    ])
  })

  it('is a method with the id of another', () => {
    expect(faults({ ...stripe, auth: [stripe.auth[0]!, stripe.auth[0]!] })).toEqual([
      { path: 'auth.1.id', message: 'is another method already' },
    ])
  })

  it('is a name in braces that nothing fills', () => {
    const [method] = quickbooks.auth
    const customers = quickbooks.models!['customers']!
    const auth = [{ ...method!, captureFromRedirect: [] }]
    const without = { ...quickbooks, auth, models: { customers } } as ProviderDefinition
    const told = faults(without)
    expect(told).toContainEqual({ path: 'identity.get', message: 'nothing fills {realmId}' })
    expect(told).toContainEqual({ path: 'models.customers.read.path', message: 'nothing fills {realmId}' })
    expect(told).toContainEqual({ path: 'identity', message: 'nothing captures realmId' })
  })

  it('is a host that is left open without a pattern for what may stand there, and a host that is not there', () => {
    const open = { production: { api: 'https://{shop}.example.com' } }
    expect(faults({ ...stripe, environments: open })).toEqual([
      { path: 'environments.production.api', message: 'nothing fills {shop}' },
      { path: 'environments.production.api', message: '{shop} has no pattern in hostPatterns' },
    ])
    expect(faults({ ...stripe, hostPatterns: { shop: 'shop', host: '^[a-z]{2}$' } })).toEqual([
      { path: 'hostPatterns.shop', message: 'must begin with ^ and end with $' },
    ])
    expect(faults({ ...stripe, identity: { ...stripe.identity, host: 'files' } })).toEqual([
      { path: 'identity.host', message: 'the environment production has no host files' },
    ])
  })

  it('is a call as somebody whose token no method keeps', () => {
    const read = { ...customers!.read, as: 'user', query: { as: 'nobody' } }
    const models = { customers: { ...customers!, read } } as NonNullable<ProviderDefinition['models']>
    const path = 'models.customers.read.as'
    expect(faults({ ...stripe, models })).toEqual([{ path, message: 'no method has a second token user' }])
    const slack = platforms.find(({ id }) => id === 'slack')!
    expect(faults({ ...slack, models })).toEqual([])
  })

  it('is a model that a webhook tells of and that is not there', () => {
    expect(faults({ ...stripe, models: {} })[0]).toEqual({
      path: 'webhooks.triggers.customer.created.model',
      message: 'is no model of this platform',
    })
  })

  it('is a file of a list that cannot be read instead of it', () => {
    const shopify = platforms.find(({ id }) => id === 'shopify')!
    const { updatedAt: _, ...timeless } = shopify.models!['customers']!
    const changedSince = { kind: 'token' as const, param: 'since', token: 'next', expired: [410], deletions: true }
    const models = { customers: { ...timeless, changedSince } }
    const found = faults({ ...shopify, models }).filter(({ path }) => path === 'models.customers.export')
    expect(found.map(({ message }) => message)).toEqual([
      'has no meaning beside windows and tokens of a list',
      'needs a time of the last change, or a version that rises',
    ])
  })

  it('is a change feed or a deletion that the rest of its model cannot do', () => {
    const { update: _, ...readOnly } = { ...customers!, delete: { kind: 'mark', body: {}, restore: {} } } as const
    const where = { ...readOnly, changedSince: { kind: 'where', clause: 'a > 1', deletions: false } } as const
    expect(faults({ ...stripe, models: { customers: where } })).toEqual([
      { path: 'models.customers.changedSince', message: 'is a condition, but the list takes no statement' },
      { path: 'models.customers.delete', message: 'is an update, but there is none' },
    ])
  })
})
