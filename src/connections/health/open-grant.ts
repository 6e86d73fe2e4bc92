import type { Grant } from '../../grants/grant.ts'
import { targetOf, type CallOwner } from '../../calls/target.ts'
import type { Granting } from '../granting.ts'
import type { ConnectionParts } from '../parts.ts'
import { namedSecret } from '../tokens/tokens.ts'
import { discovered } from './discover.ts'
import { identify, type Account } from './identity.ts'

/** What a grant opens. */
export interface Opened {
  account: Account
  /** What the connection keeps beside what it was asked for: of the grant's answer, and what a call has told. */
  config: Record<string, string>
}

/**
 * Finds out what a grant opens that was just given: what calls need besides, and whose account it is.
 * @throws HubError `CHOICE_NEEDED`, and as `identify`
 */
export async function openGrant(
  hub: ConnectionParts,
  { definition, method, app }: Granting,
  owner: CallOwner,
  grant: Grant,
): Promise<Opened> {
  const targetWith = (config: Record<string, string>) =>
    targetOf(definition, method, { ...owner, config: { ...owner.config, ...config } }, app, namedSecret(grant))
  const captured = grant.captured ?? {}
  const found = method.discover ? await discovered(hub, targetWith(captured), method.discover) : {}
  const config = { ...captured, ...found }
  return { account: await identify(hub, targetWith(config)), config }
}
