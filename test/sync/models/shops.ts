import { knownKey, secretOf } from '../../../dev/sandbox/platforms/woocommerce/keys.ts'
import type { SandboxProcess } from '../../../dev/sandbox/process.ts'
import { stripeKey } from '../../../dev/sandbox/settings.ts'
import { formOf } from '../../../src/calls/body.ts'
import type { Hub } from '../../../src/hub.ts'
import { createApp, type Connecting } from '../../connections/accounts.ts'
import { createWorkspace } from '../../support/hub.ts'
import type { Company } from '../company.ts'

export type Values = Record<string, unknown>
export type Provider = 'stripe' | 'woocommerce' | 'shopify'

/** A workspace with a connection to a shop, and the shop's own API as its owner uses it. */
export interface Shop extends Company {
  provider: Provider
  /** @throws with what the platform says where it refuses */
  api(method: string, path: string, body?: Values): Promise<Values>
}

const persons: Record<Provider, { method: string; config?: Values; credentials: Values }> = {
  stripe: { method: 'key', credentials: { apiKey: stripeKey } },
  woocommerce: {
    method: 'keys',
    config: { shop: 'shop.example.com' },
    credentials: { consumerKey: knownKey, consumerSecret: secretOf(knownKey) },
  },
  shopify: { method: 'token', config: { shop: 'causeway' }, credentials: { apiKey: 'shpat_causewaySandboxToken' } },
}

export async function connectShop(hub: Hub, sandbox: SandboxProcess, provider: Provider): Promise<Shop> {
  const workspace = await createWorkspace(hub)
  const providerAppId = await createApp(workspace, sandbox.url, provider)
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider, providerAppId, ...persons[provider] },
  })
  if (body.connection?.status !== 'connected') throw new Error(`not connected: ${JSON.stringify(body)}`)
  // Its points are tried where they are the subject: here they would only make it wait.
  if (provider === 'shopify') await pointsOf(sandbox, { capacity: 100_000, restoreRate: 10_000 })
  const api = (method: string, path: string, said?: Values) => callOf(sandbox.url, provider, method, path, said)
  return { hub, sandbox, workspace, connectionId: body.connection.id, provider, api } as Shop
}

/** Says how many points the apps of the Shopify shop have. */
export async function pointsOf(
  { url }: SandboxProcess,
  points: { capacity: number; restoreRate: number },
): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const at = `${url}/_control/shops/causeway.myshopify.com/bucket`
  const answer = await fetch(at, { method: 'PUT', headers, body: JSON.stringify(points) })
  if (!answer.ok) throw new Error(await answer.text())
}

async function callOf(at: string, provider: Provider, method: string, path: string, body?: Values): Promise<Values> {
  const json = { 'content-type': 'application/json' }
  const basic = `Basic ${Buffer.from(`${knownKey}:${secretOf(knownKey)}`).toString('base64')}`
  const ways = {
    stripe: {
      base: `${at}/stripe/api.stripe.com`,
      headers: { authorization: `Bearer ${stripeKey}`, 'content-type': 'application/x-www-form-urlencoded' },
    },
    woocommerce: {
      base: `${at}/woocommerce/shop.example.com/wp-json/wc/v3`,
      headers: { authorization: basic, ...json },
    },
    shopify: {
      base: `${at}/shopify/causeway.myshopify.com/admin/api/2026-07`,
      headers: { 'x-shopify-access-token': 'shpat_causewaySandboxToken', ...json },
    },
  }
  const { base, headers } = ways[provider]
  const said = body && (provider === 'stripe' ? formOf(body).toString() : JSON.stringify(body))
  const answer = await fetch(base + path, { method, headers, ...(said === undefined ? {} : { body: said }) })
  const answered = (await answer.json()) as Values
  if (!answer.ok || answered['errors'])
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answered)}`)
  return answered
}

/** Asks Shopify's API, and throws what it says against it. */
export async function graphql(shop: Shop, query: string, variables: Values = {}): Promise<Values> {
  const { data } = (await shop.api('POST', '/graphql.json', { query, variables })) as { data: Record<string, Values> }
  for (const part of Object.values(data)) {
    const errors = (part?.['userErrors'] ?? []) as unknown[]
    if (errors.length > 0) throw new Error(JSON.stringify(errors))
  }
  return data
}

/** One model that is synced both ways, with what a person does with its things at the platform. */
export interface Side {
  provider: Provider
  model: string
  collection: string
  /** The hub's fields of the nth thing. */
  ours(n: number): Values
  /** Two fields of text that both sides may change. */
  text: string
  other: string
  /** A record that the platform refuses, and the code of that. */
  refused: { data: Values; code: string }
  /** What the platform writes in its own way, and what it makes of it. */
  normalised?: { hub: Values; becomes: Values }
  /** Whether its feed tells of what was deleted there; else a pass over everything finds it. */
  tellsDeletions: boolean
  person(shop: Shop): Person
}

export interface Person {
  /** Makes the nth thing; gives its id. */
  create(n: number): Promise<string>
  /** Changes fields, by the hub's names for them. */
  change(id: string, values: Values): Promise<unknown>
  remove(id: string): Promise<unknown>
  /** What is there, by the hub's names; undefined for what is gone. */
  read(id: string): Promise<Values | undefined>
}
