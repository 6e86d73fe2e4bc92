import { HubError } from '../errors.ts'
import { github } from './platforms/github/index.ts'
import { quickbooks } from './platforms/quickbooks/index.ts'
import { stripe } from './platforms/stripe/index.ts'
import type { ProviderDefinition } from './schema/definition.ts'

/** Every platform, in the order of their names. */
export const providers: ProviderDefinition[] = [github, quickbooks, stripe]

const byId = new Map(providers.map(provider => [provider.id, provider]))

/** @throws HubError `INVALID_PROVIDER` */
export function providerOf(id: string): ProviderDefinition {
  const provider = byId.get(id)
  if (!provider) throw new HubError('INVALID_PROVIDER')
  return provider
}
