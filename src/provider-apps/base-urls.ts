import { originOf } from '../calls/origin.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'

/** Members with addresses that the hub only tells of. */
const pagesForPeople = new Set(['docs', 'links', 'help', 'scopes', 'description'])

/** The origins that the hub calls, or sends people to, for a provider: those of every URL in its definition but of pages. */
export function originsOf(provider: ProviderDefinition): string[] {
  const origins = new Set<string>()
  const visit = (value: unknown, member: string): void => {
    if (pagesForPeople.has(member)) return
    if (typeof value === 'string') {
      const origin = originOf(value)
      // What is still to be filled is named as it is written: a parser would write it in small letters.
      const isWhole = !origin.includes('{') && URL.canParse(origin)
      if (origin !== '') origins.add(isWhole ? new URL(origin).origin : origin)
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, name)
    }
  }
  visit(provider, '')
  return [...origins]
}

/**
 * Checks the replacements of a provider's origins and gives them without a slash at the end. Each name is one of the
 * provider's origins; each value a URL that the hub may call, without query or fragment. `{host}` in its path stands for the
 * host that it replaces.
 * @throws HubError `INVALID_REQUEST` naming what is wrong; `INVALID_URL` for one that it may not
 */
export async function checkBaseUrls(
  hub: Foundation,
  workspaceId: string,
  provider: ProviderDefinition,
  baseUrls: Record<string, string>,
): Promise<Record<string, string>> {
  const { guard } = await hub.outgoing.of(workspaceId)
  const origins = originsOf(provider)
  const checked = Object.entries(baseUrls).map(([origin, replacement]) => {
    if (!origins.includes(origin)) {
      const message = `${provider.name} is not called there; its origins are ${origins.join(', ')}`
      throw new HubError('INVALID_REQUEST', { details: [{ path: `body.baseUrls.${origin}`, message }] })
    }
    const url = guard.checkUrl(replacement, `body.baseUrls.${origin}`)
    if (url.search !== '' || url.hash !== '') {
      const message = 'Must have neither query nor fragment'
      throw new HubError('INVALID_REQUEST', { details: [{ path: `body.baseUrls.${origin}`, message }] })
    }
    return [origin, url.href.replace(/\/+$/, '').replace('%7Bhost%7D', '{host}')]
  })
  return Object.fromEntries(checked) as Record<string, string>
}
