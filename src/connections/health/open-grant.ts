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
  /** The grant, with what of that is secret. */
  grant: Grant
}

/**
 * Finds out what a grant opens that was just given: what calls need besides, and whose account it is.
 * @throws ChoiceNeeded, and HubError as `identify`
 */
export async function openGrant(
  hub: ConnectionParts,
  { definition, method, app }: Granting,
  owner: CallOwner,
  grant: Grant,
): Promise<Opened> {
  const { discover } = method
  const targetWith = (config: Record<string, string>, secret: Grant) =>
    targetOf(definition, method, { ...owner, config: { ...owner.config, ...config } }, app, namedSecret(secret))
  const captured = grant.captured ?? {}
  if (!discover) return { account: await identify(hub, targetWith(captured, grant)), config: captured, grant }
  // Where a call has not told them yet, or there are none, the token itself is in their place.
  const placeholders = Object.fromEntries(Object.keys(discover.secrets ?? {}).map(name => [name, grant.accessToken]))
  const asking = { ...grant, ...(discover.secrets && { found: placeholders }) }
  const found = await discovered(hub, targetWith(captured, asking), discover, app)
  const config = { ...captured, ...found.config }
  const whole = { ...asking, ...(discover.secrets && { found: { ...placeholders, ...found.secrets } }) }
  return { account: await identify(hub, targetWith(config, whole)), config, grant: whole }
}
