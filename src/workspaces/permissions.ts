/** What an API key may do. */
export const permissions = [
  'api-keys:read',
  'api-keys:write',
  'provider-apps:read',
  'provider-apps:write',
  'connections:read',
  'connections:write',
  'connections:credentials',
  'connections:proxy',
  'syncs:read',
  'syncs:write',
  'records:read',
  'records:write',
  'endpoints:read',
  'endpoints:write',
  'events:read',
  'events:write',
  'event-types:read',
  'event-types:write',
  'inbound:read',
  'inbound:write',
  'audit-log:read',
] as const

export type Permission = (typeof permissions)[number]

/** What a key is given: single permissions, or `*` for all of them, those of later versions included. */
export type Grant = Permission | '*'

export const grants = ['*', ...permissions] as const satisfies Grant[]

/** Whether what was granted covers what is asked for. */
export function covers(granted: readonly Grant[], asked: Grant): boolean {
  return granted.includes('*') || granted.includes(asked)
}
