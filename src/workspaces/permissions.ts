/** What an API key may do. A key without a list gets all of them. */
export const permissions = [
  'api-keys:read',
  'api-keys:write',
  'provider-apps:read',
  'provider-apps:write',
  'connections:read',
  'connections:write',
  'syncs:read',
  'syncs:write',
  'records:read',
  'records:write',
  'endpoints:read',
  'endpoints:write',
  'events:read',
  'events:write',
  'inbound:read',
] as const

export type Permission = (typeof permissions)[number]
