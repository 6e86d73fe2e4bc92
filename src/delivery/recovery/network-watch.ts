import type { DeliveryParts } from '../parts.ts'
import type { Load } from '../dispatch/lanes/load.ts'
import type { Outcome } from '../sending/outcome.ts'
import { declareOutage, endOutage } from './outage.ts'

/** An endpoint at which nobody answered. */
export interface Silent {
  workspaceId: string
  origin: string
}

const weighEveryMs = 1_000
const mostRemembered = 10_000

/**
 * Tells an outage of the hub's own network from the receivers' troubles. Any answer, even a refusal, proves the network. The
 * network counts as lost when for `outageAfterMs` no endpoint answered, and at least `outageEndpoints` were tried. The
 * endpoints of one workspace, and those at one host, count for half at most, so that one tenant's hanging receivers stop nobody
 * else. A hub with a single workspace has no others to ask.
 */
export class NetworkWatch {
  readonly #hub: DeliveryParts
  readonly #load: Pick<Load, 'paused'>
  readonly #silent = new Map<string, Silent>()
  #weighAt = 0
  #ending = false

  constructor(hub: DeliveryParts, load: Pick<Load, 'paused'>) {
    this.#hub = hub
    this.#load = load
  }

  note(endpoint: { endpointId: string; workspaceId: string }, origin: string, outcome: Outcome): void {
    if (outcome.network === 'answered') {
      if (this.#silent.size > 0) this.#silent.clear()
      if (this.#load.paused) this.#end()
    } else if (outcome.network === 'silent' && !this.#load.paused) {
      this.#noteSilent(endpoint.endpointId, { workspaceId: endpoint.workspaceId, origin })
    }
  }

  #noteSilent(endpointId: string, silent: Silent): void {
    const now = performance.now()
    if (this.#silent.size === 0) this.#weighAt = now + this.#hub.deliveryPolicy.outageAfterMs
    if (this.#silent.size < mostRemembered) this.#silent.set(endpointId, silent)
    if (now < this.#weighAt) return
    this.#weighAt = now + Math.min(weighEveryMs, this.#hub.deliveryPolicy.outageAfterMs)
    const evidence = weigh([...this.#silent.values()], this.#hub.deliveryPolicy.outageEndpoints)
    if (!evidence.enough) return
    declareOutage(this.#hub, evidence.onlyWorkspaceId)
      .then(declared => {
        if (!declared) return
        this.#load.paused = true
        this.forget()
      })
      .catch((error: unknown) => this.#hub.log.error({ err: error }, 'the outage could not be declared'))
  }

  /** Forgets what it has seen when deliveries pause: it says nothing about the time after the pause. */
  forget(): void {
    this.#silent.clear()
  }

  #end(): void {
    if (this.#ending) return
    this.#ending = true
    endOutage(this.#hub)
      .then(() => (this.#load.paused = false))
      .catch((error: unknown) => this.#hub.log.error({ err: error }, 'the outage could not be ended'))
      .finally(() => (this.#ending = false))
  }
}

/**
 * Whether these endpoints, spread over workspaces and hosts as they are, show an outage.
 * @returns `onlyWorkspaceId`: it is enough if this workspace, whose they all are, is the only one
 */
export function weigh(
  silent: readonly Silent[],
  needed: number,
): { enough: boolean; onlyWorkspaceId: string | undefined } {
  const most = Math.ceil(needed / 2)
  const byWorkspace = countBy(silent, one => one.workspaceId)
  const byHost = countBy(silent, one => new URL(one.origin).hostname)
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((all, one) => all + Math.min(one, most), 0)
  const [first] = byWorkspace.keys()
  const onlyWorkspaceId = byWorkspace.size === 1 ? first : undefined
  const enough = sum(byHost) >= needed && (onlyWorkspaceId !== undefined || sum(byWorkspace) >= needed)
  return { enough, onlyWorkspaceId }
}

function countBy<One>(all: readonly One[], keyOf: (one: One) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1)
  return counts
}
