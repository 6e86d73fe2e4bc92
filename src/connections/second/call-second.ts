import type { ProviderAnswer, ProviderCall } from '../../calls/call.ts'
import { refusesCredential } from '../../calls/errors.ts'
import { callProvider } from '../../calls/request.ts'
import { targetOf } from '../../calls/target.ts'
import { grantingOf } from '../granting.ts'
import type { ConnectionParts } from '../parts.ts'
import { namedSecret } from '../tokens/tokens.ts'
import { freshSecond, type FreshSecond, type SecondDemand } from './fresh-second.ts'

/**
 * Calls a connection's API with its second token: once more with another where that is refused and another is to be had.
 * @param told of a token that was taken, or refused where nothing replaces it
 * @throws HubError as `ProviderClient` and `freshSecond`
 */
export async function callSecond(
  hub: ConnectionParts,
  demand: SecondDemand,
  call: ProviderCall,
  told: { taken?: (live: FreshSecond) => Promise<void>; refused?: (live: FreshSecond) => Promise<void> } = {},
): Promise<ProviderAnswer> {
  const live = await freshSecond(hub, demand)
  const { definition, method, app } = await grantingOf(hub, live.connection)
  const target = targetOf(definition, method, live.connection, app, namedSecret(live.tokens))
  try {
    const answer = await callProvider(hub, target, call)
    await told.taken?.(live)
    return answer
  } catch (error) {
    if (!refusesCredential(error)) throw error
    const isFirst = demand.refusedGeneration === undefined
    if (isFirst && live.tokens.refreshToken !== undefined)
      return callSecond(hub, { ...demand, refusedGeneration: live.second.generation }, call, told)
    await told.refused?.(live)
    throw error
  }
}
