import type { OAuth2 } from '../catalogue/schema/auth-code.ts'

/** The scopes of an authorization: those that are named, and those without which the connection would not last. */
export function withRequired(method: Pick<OAuth2, 'requiredScopes'>, named: string[]): string[] {
  return [...new Set([...named, ...(method.requiredScopes ?? [])])]
}

/** The parameters that ask for scopes; none for those of which there are none. */
export function scopesToAsk(method: OAuth2, scopes: string[]): [name: string, text: string][] {
  const { secondScopes, scopeParam = 'scope', scopeSeparator = ' ' } = method
  const isSecond = (scope: string) => secondScopes !== undefined && scope.startsWith(secondScopes.prefix)
  const first = scopes.filter(scope => !isSecond(scope))
  const second = scopes.filter(isSecond).map(scope => scope.slice(secondScopes!.prefix.length))
  const asked: [string, string[]][] = [
    [scopeParam, first],
    ...(secondScopes ? [[secondScopes.param, second] as [string, string[]]] : []),
  ]
  return asked.filter(([, list]) => list.length > 0).map(([name, list]) => [name, list.join(scopeSeparator)])
}
