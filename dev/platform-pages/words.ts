import type { AuthMethod } from '../../src/catalogue/schema/auth.ts'
import type { RateLimit } from '../../src/catalogue/schema/limits.ts'
import type { Lifetime } from '../../src/catalogue/schema/values.ts'

const units = { s: 'second', m: 'minute', h: 'hour', d: 'day', y: 'year' }

/** `1h` as `1 hour`. */
export function span(lifetime: Lifetime): string {
  const count = Number(lifetime.slice(0, -1))
  const unit = units[lifetime.slice(-1) as keyof typeof units]
  return counted(count, unit)
}

export function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`
}

export const code = (text: string) => `\`${text}\``

export const codes = (names: readonly string[]) => names.map(code).join(', ')

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A category as it is called to people. */
export const categoryName = (category: string) => (category === 'crm' ? 'CRM' : capital(category))

/** A table, or nothing where it has no rows. */
export function table(heads: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  return [heads, heads.map(() => '-'), ...rows]
    .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}

/** What a way to connect is called to a person who reads of it. */
export function kindOf({ kind }: AuthMethod): string {
  switch (kind) {
    case 'oauth2':
      return 'OAuth'
    case 'client_credentials':
      return 'client credentials'
    case 'token_exchange':
      return 'token exchange'
    case 'jwt_assertion':
      return 'service account'
    case 'app_installation':
      return 'app installation'
    case 'api_key':
      return 'key'
    case 'key_delivery':
      return 'key that the platform sends'
    case 'smtp':
      return 'mail server login'
  }
}

/** A limit, and for what it is counted. */
export function limitOf(limit: RateLimit): string {
  const whom = limit.per === 'connection' ? 'for each account' : 'for the app as a whole'
  switch (limit.kind) {
    case 'calls-per-window':
      return `${counted(limit.permits, 'call')} in ${span(limit.window)}, ${whom}`
    case 'calls-at-once':
      return `${counted(limit.concurrent, 'call')} at once, ${whom}`
    case 'cost':
      return `${counted(limit.capacity, 'point')}, of which ${limit.restoresPerSecond} come back each second, ${whom}`
  }
}
