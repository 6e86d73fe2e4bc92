import { entities } from './entities.ts'
import { organization } from './oauth.ts'
import { create, ensureOrg, type Org } from './rows.ts'

/** The organisation that everybody knows has two accounts from the start. */
export function seed(org: Org): void {
  if (!ensureOrg(org) || org.id !== organization) return
  for (const Name of ['Edge Communications', 'Burlington Textiles']) create(org, entities['Account']!, { Name })
}
