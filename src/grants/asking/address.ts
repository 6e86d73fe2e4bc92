import { addressAt } from '../../calls/hosts.ts'
import type { GrantCall } from '../grant.ts'

/**
 * An address of the platform with what belongs into its braces, at the origin where the app reaches it.
 * @param known what it may name beside the connection's configuration
 * @throws HubError `INVALID_REQUEST` naming what is missing, or no part of a host's name
 */
export function addressOf(
  { definition, app, config }: Pick<GrantCall, 'definition' | 'app' | 'config'>,
  template: string,
  known: Record<string, string> = {},
): string {
  return addressAt({ definition, baseUrls: app.baseUrls, config: { ...config, ...known } }, template)
}
