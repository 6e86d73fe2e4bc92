import type { Discover } from '../../catalogue/schema/discover.ts'
import { firstGroup } from '../../catalogue/pattern.ts'
import { refusalIn, refusesCredential } from '../../calls/errors.ts'
import { textAt, textOf, valueAt } from '../../calls/json-path.ts'
import { callProvider } from '../../calls/request.ts'
import type { CallTarget } from '../../calls/target.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'

/** Of more than these no person chooses. */
const mostChoices = 50
const plain = /^[\x21-\x7e]{1,1000}$/

/**
 * Asks the platform for what calls need and nobody has said: which tenant, which data centre. There must be one, or one that
 * has what the connection's configuration says already.
 * @throws HubError `CHOICE_NEEDED` with `details: { choices }`; `INVALID_CREDENTIALS` when there is none; as `ProviderClient`
 */
export async function discovered(
  hub: ConnectionParts,
  target: CallTarget,
  discover: Discover,
): Promise<Record<string, string>> {
  const { host, path, query, headers } = discover
  const timeoutMs = hub.connectionSettings.identityTimeoutMs
  const call = {
    method: 'GET' as const,
    path,
    timeoutMs,
    ...(host && { host }),
    ...(query && { query }),
    ...(headers && { headers }),
  }
  const { body } = await callProvider(hub, target, call).catch((error: unknown) => {
    if (refusesCredential(error) || refusalIn(error)?.status === 403)
      throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  })
  const all = choicesIn(body, discover)
  const { config } = target
  const fitting = all.filter(choice =>
    Object.entries(choice).every(([name, value]) => !Object.hasOwn(config, name) || config[name] === value),
  )
  if (fitting.length === 1) return fitting[0]!
  if (all.length === 0) throw new HubError('INVALID_CREDENTIALS', { message: 'These credentials open no account.' })
  throw new HubError('CHOICE_NEEDED', { details: { choices: all.slice(0, mostChoices) } })
}

function choicesIn(body: unknown, { items, keep }: Discover): Record<string, string>[] {
  const found = items === undefined ? body : valueAt(body, items)
  const list: unknown[] = Array.isArray(found) ? found : [found]
  return list.flatMap(item => {
    const kept = Object.entries(keep).map(([name, at]) => [name, keptIn(item, at)] as const)
    // What is no plain text goes into no address and no header.
    const isWhole = kept.every(([, value]) => value !== undefined && plain.test(value))
    return isWhole ? [Object.fromEntries(kept) as Record<string, string>] : []
  })
}

function keptIn(item: unknown, at: Discover['keep'][string]): string | undefined {
  if (typeof at === 'string') return textAt(item, at)
  const text = at.path === undefined ? textOf(item) : textAt(item, at.path)
  return text === undefined ? undefined : firstGroup(at.pattern, text)
}
