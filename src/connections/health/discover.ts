import type { Discover } from '../../catalogue/schema/discover.ts'
import { refusalIn, refusesCredential } from '../../calls/errors.ts'
import { callProvider } from '../../calls/request.ts'
import type { CallTarget } from '../../calls/target.ts'
import { HubError } from '../../errors.ts'
import { clientOf } from '../../grants/asking/app.ts'
import type { GrantApp } from '../../grants/grant.ts'
import type { ConnectionParts } from '../parts.ts'
import { choicesIn, mostChoices, type Choice, type Found } from './choices.ts'

/** A credential opens several things, and nobody has said which is meant. */
export class ChoiceNeeded extends HubError {
  readonly choices: Choice[]
  /** Whether one was named that is not among them. */
  readonly missed: boolean

  constructor(found: Found[], missed: boolean) {
    // Without what is secret of them.
    const choices = found
      .slice(0, mostChoices)
      .map(({ id, name, detail, config }): Choice => ({ id, name, detail, config }))
    super('CHOICE_NEEDED', { details: { choices } })
    this.choices = choices
    this.missed = missed
  }
}

/**
 * Asks the platform for what calls need and nobody has said: which tenant, which data centre. One alone is taken, or the one
 * that has what the connection's configuration says already.
 * @throws ChoiceNeeded where there are several; HubError `INVALID_CREDENTIALS` when there is none; as `ProviderClient`
 */
export async function discovered(
  hub: ConnectionParts,
  target: CallTarget,
  discover: Discover,
  app: GrantApp,
): Promise<Pick<Found, 'config' | 'secrets'>> {
  const { body } = await callProvider(hub, target, callOf(hub, discover, app)).catch((error: unknown) => {
    if (refusesCredential(error) || refusalIn(error)?.status === 403)
      throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  })
  const all = choicesIn(body, discover)
  const named = Object.keys(discover.keep).filter(name => Object.hasOwn(target.config, name))
  const fitting = all.filter(({ config }) => named.every(name => config[name] === target.config[name]))
  if (fitting.length === 1) return fitting[0]!
  if (all.length > 0) throw new ChoiceNeeded(fitting.length > 0 ? fitting : all, fitting.length === 0)
  if (discover.optional && named.length === 0) return { config: {}, secrets: {} }
  throw new HubError('INVALID_CREDENTIALS', { message: 'These credentials open no account.' })
}

function callOf(hub: ConnectionParts, { host, path, query, headers, client }: Discover, app: GrantApp) {
  const { id, secret } = client ? clientOf(app) : { id: '', secret: '' }
  return {
    method: 'GET' as const,
    path,
    timeoutMs: hub.connectionSettings.identityTimeoutMs,
    query: {
      ...query,
      ...(client?.id === undefined ? {} : { [client.id]: id }),
      ...(client?.secret === undefined ? {} : { [client.secret]: secret }),
    },
    ...(host && { host }),
    ...(headers && { headers }),
  }
}
