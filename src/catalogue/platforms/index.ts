import type { ProviderDefinition } from '../schema/definition.ts'
import { github } from './github/index.ts'
import { quickbooks } from './quickbooks/index.ts'
import { stripe } from './stripe/index.ts'

/** Every platform of the catalogue, in the order of their names. */
export const platforms: readonly ProviderDefinition[] = [github, quickbooks, stripe]
