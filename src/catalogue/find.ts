import { HubError } from '../errors.ts'
import { platforms } from './platforms/index.ts'
import type { ProviderDefinition } from './schema/definition.ts'

export { platforms as providers } from './platforms/index.ts'

const byId = new Map(platforms.map(provider => [provider.id, provider]))

/** @throws HubError `INVALID_PROVIDER` */
export function providerOf(id: string): ProviderDefinition {
  const provider = byId.get(id)
  if (!provider) throw new HubError('INVALID_PROVIDER')
  return provider
}
