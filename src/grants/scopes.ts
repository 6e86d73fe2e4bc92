import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { OAuth2 } from '../catalogue/schema/auth-code.ts'

/**
 * The scopes to ask for: those that are named, else the app's, else the definition's; and those without which the connection
 * would not last.
 */
export function scopesOf(method: AuthMethod, named: string[], ofApp: string[]): string[] {
  const defaults = 'defaultScopes' in method ? (method.defaultScopes ?? []) : []
  const first = [named, ofApp, defaults].find(list => list.length > 0) ?? []
  return [...new Set([...first, ...('requiredScopes' in method ? (method.requiredScopes ?? []) : [])])]
}

/** Scopes as one text; undefined for none. */
export function scopeText(
  { scopeSeparator = ' ' }: Pick<OAuth2, 'scopeSeparator'>,
  scopes: string[],
): string | undefined {
  return scopes.length === 0 ? undefined : scopes.join(scopeSeparator)
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
