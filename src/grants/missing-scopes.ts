/** What answers need not name where they grant it (OpenID Connect Core 1.0, 5.4 and 11). */
const unsaid = new Set(['openid', 'profile', 'email', 'offline_access'])

/** A scope's name without the address that some platforms put before it, or leave out of their answers. */
const bare = (scope: string) => scope.toLowerCase().replace(/^https:\/\/[^/]+\//, '')

/** The scopes of a list that a platform has not given; none where it does not say what it gave. */
export function missingScopes(asked: readonly string[], granted: readonly string[] | undefined): string[] {
  if (granted === undefined) return []
  const given = new Set(granted.map(bare))
  return asked.filter(scope => !given.has(bare(scope)) && !unsaid.has(scope))
}
