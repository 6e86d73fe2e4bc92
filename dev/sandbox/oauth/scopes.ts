// The OAuth server makes something of its own of some scopes, such as openid: it is given them under other names.

const none = 'none'

/** Scopes as the OAuth server is told of them. */
export function toServer(scopes: readonly string[]): string {
  return scopes.map(scope => `s:${scope}`).join(' ') || none
}

/** And back, with spaces. */
export function fromServer(text: string): string {
  const scopes = text.split(' ').filter(scope => scope.startsWith('s:'))
  return scopes.map(scope => scope.slice(2)).join(' ')
}

export const serverScopes = (scopes: readonly string[]): string[] => [none, ...scopes.map(scope => `s:${scope}`)]
