import { targetOf, type CallTarget } from '../../calls/target.ts'
import { unlessAborted } from '../../deadline.ts'
import { appSettings, findProviderApp, type AppSettings } from '../../provider-apps/store.ts'
import { isEnding, replacedTokens } from '../client.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import { findConnection, type Connection } from '../store.ts'
import { freshTokens } from '../tokens/fresh-tokens.ts'
import { freshSecond, type SecondDemand } from '../second/fresh-second.ts'
import { namedSecret } from '../tokens/tokens.ts'
import type { ProxiedCall } from './proxied-call.ts'
import { mostTargets, replacedApartMs, targetKeptMs, unseenForMs } from './proxy-policy.ts'

/** A connection with its live credential, ready to be called. */
export interface LiveTarget {
  connection: Connection
  target: CallTarget
  readAt: number
  app: KeptApp
  /** The name of a second token that it has. */
  as: string | undefined
}

/** What is called. */
type Called = Pick<ProxiedCall, 'workspaceId' | 'connectionId' | 'as'>

const keyOf = ({ workspaceId, connectionId, as = '' }: Called) => `${workspaceId} ${connectionId} ${as}`

/** A connection's app, and the change since which it is so; null for the environment's, which stays. */
interface KeptApp {
  settings: AppSettings
  updatedAt: Date | null
}

/** A connection, and its credential by name. */
type Read = [Connection, Record<string, string>]

const secondDemand = ({ workspaceId, connectionId }: Called, as: string): SecondDemand => ({
  ...{ workspaceId, connectionId, as, actor: 'request' },
})

/**
 * The targets that were called lately. A target is called for a second without a look into the database; then one look tells
 * whether its credential is still the one that is kept here, which is opened anew only when it is another. What nobody calls
 * for a minute is forgotten, its token with it.
 */
export class LiveTargets {
  readonly #hub: ConnectionParts
  readonly #kept = new Map<string, LiveTarget>()
  readonly #reading = new Map<string, Promise<LiveTarget>>()
  readonly #replacedAt = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  constructor(hub: ConnectionParts) {
    this.#hub = hub
    this.#timer = setInterval(() => this.#forgetIdle(), targetKeptMs / 4).unref()
  }

  /** @throws HubError as `freshTokens`; `INVALID_PROVIDER`, `PROVIDER_APP_NOT_FOUND`; the signal's reason */
  async of(called: Called, signal: AbortSignal): Promise<LiveTarget> {
    const key = keyOf(called)
    const known = this.#kept.get(key)
    if (known && Date.now() - known.readAt < unseenForMs && !isEnding(this.#hub, known.connection)) return known
    let reading = this.#reading.get(key)
    if (!reading) {
      reading = this.#read(called, known)
        .then(
          live => this.#keep(key, live),
          (error: unknown) => {
            this.#kept.delete(key)
            throw error
          },
        )
        .finally(() => this.#reading.delete(key))
      // Who waited may all have gone.
      reading.catch(() => undefined)
      this.#reading.set(key, reading)
    }
    return unlessAborted(reading, signal)
  }

  /**
   * The same connection with another credential than the one that was just refused. Undefined when there is none to be had, or
   * when the refused one is itself new.
   */
  async replaced({ connection, as }: LiveTarget, signal: AbortSignal): Promise<LiveTarget | undefined> {
    const { workspaceId, id: connectionId, second } = connection
    const called = { workspaceId, connectionId, as }
    const key = keyOf(called)
    if (Date.now() - (this.#replacedAt.get(key) ?? 0) < replacedApartMs) return undefined
    this.#replacedAt.delete(key)
    this.#replacedAt.set(key, Date.now())
    if (this.#replacedAt.size > mostTargets) this.#replacedAt.delete(this.#replacedAt.keys().next().value!)
    this.#kept.delete(key)
    try {
      if (as === undefined) await replacedTokens(this.#hub, connection, signal)
      else await freshSecond(this.#hub, { ...secondDemand(called, as), refusedGeneration: second?.generation, signal })
      return await this.of(called, signal)
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#kept.clear()
  }

  async #read(called: Called, known: LiveTarget | undefined): Promise<LiveTarget> {
    const readAt = Date.now()
    const { as } = called
    const [connection, secret] =
      as === undefined ? await this.#own(called, known) : await this.#second(secondDemand(called, as))
    const { definition, method } = await methodOf(this.#hub, connection)
    const app = await this.#appOf(connection, known?.app)
    return { connection, readAt, app, as, target: targetOf(definition, method, connection, app.settings, secret) }
  }

  /** The connection's own credential: as it is known, where it is still that. */
  async #own({ workspaceId, connectionId }: Called, known: LiveTarget | undefined): Promise<Read> {
    const seen = known && (await findConnection(this.#hub.db, workspaceId, connectionId))
    const isSame = seen && seen.generation === known.connection.generation && seen.status === known.connection.status
    if (isSame && !isEnding(this.#hub, seen)) return [seen, known.target.secret]
    const { connection, tokens } = await freshTokens(this.#hub, { workspaceId, connectionId, actor: 'request' })
    return [connection, namedSecret(tokens)]
  }

  async #second(demand: SecondDemand): Promise<Read> {
    const { connection, tokens } = await freshSecond(this.#hub, demand)
    return [connection, namedSecret(tokens)]
  }

  async #appOf(owner: Connection, known: KeptApp | undefined): Promise<KeptApp> {
    const { workspaceId, providerAppId } = owner
    if (providerAppId === null) return known ?? { settings: await appSettings(this.#hub, owner), updatedAt: null }
    const { updatedAt } = await findProviderApp(this.#hub.db, workspaceId, providerAppId)
    if (known?.updatedAt?.getTime() === updatedAt.getTime()) return known
    return { settings: await appSettings(this.#hub, owner), updatedAt }
  }

  #keep(key: string, live: LiveTarget): LiveTarget {
    this.#kept.delete(key)
    this.#kept.set(key, live)
    if (this.#kept.size > mostTargets) this.#kept.delete(this.#kept.keys().next().value!)
    return live
  }

  #forgetIdle(): void {
    for (const [key, { readAt }] of this.#kept) if (Date.now() - readAt > targetKeptMs) this.#kept.delete(key)
  }
}
