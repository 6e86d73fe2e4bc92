import type { DispatchContext } from '../dispatch/dispatch-context.ts'
import { GateKeeper } from './gate-keeper.ts'
import { releaseGate, takeGates, waitingEndpoints, type Gate, type WaitingEndpoint } from './gate-store.ts'
import { GatedSession } from './gated-session.ts'
import { finishHeld } from '../dispatch/housekeeping.ts'
import { standsInLine } from '../dispatch/recording/record.ts'
import type { Result } from '../dispatch/recording/result.ts'
import { Requests } from '../dispatch/lanes/requests.ts'
import { Tally } from '../../fairness/tally.ts'

const lookGapMs = 50
const lookEveryMs = 500
const mostSessions = 1_000
const keptSessions = 128
const takenAtOnce = 100
const finishEveryMs = 5_000

/** Serves gated endpoints in this process. Takes the gates of endpoints with due deliveries, and gives them back. */
export class GatedSessions {
  readonly #context: DispatchContext
  readonly #keeper: GateKeeper
  readonly #sessions = new Map<string, GatedSession>()
  readonly #places = new Requests(mostSessions, keptSessions)
  readonly #closing = new Map<GatedSession, Promise<void>>()
  #lookedAt = -Infinity
  #looking: Promise<void> | undefined
  #wanted = false
  #timer: NodeJS.Timeout | undefined
  #finishAt = 0

  constructor(context: DispatchContext) {
    this.#context = context
    this.#keeper = new GateKeeper(context.pools.gates, context.hub.deliveryPolicy.leaseMs, context.hub.log)
  }

  /** Something became due somewhere. */
  wake(): void {
    this.#wanted = true
    this.look()
  }

  /** Looks what is due beside the caller's work, if it is time to. */
  look(): void {
    const { load, running, hub } = this.#context
    if (load.paused) return this.#closeAll()
    if (this.#looking || !running()) return
    const sinceMs = performance.now() - this.#lookedAt
    if (sinceMs < (this.#wanted ? lookGapMs : lookEveryMs)) {
      if (this.#wanted) this.#timer ??= setTimeout(() => this.#lookAgain(), lookGapMs - sinceMs).unref()
      return
    }
    this.#wanted = false
    this.#lookedAt = performance.now()
    this.#looking = this.#lookNow()
      .catch((error: unknown) =>
        hub.log.warn({ err: error }, 'looking for what waits for gates failed; it comes again'),
      )
      .finally(() => (this.#looking = undefined))
  }

  #lookAgain(): void {
    this.#timer = undefined
    this.look()
  }

  async #lookNow(): Promise<void> {
    const waiting = await waitingEndpoints(this.#context.pools.gates)
    const wanted: WaitingEndpoint[] = []
    const due = new Set<string>()
    for (const endpoint of waiting) {
      const session = this.#sessions.get(endpoint.endpointId)
      const served = !endpoint.gated ? endpoint.mode !== null : endpoint.mode === 'open' || endpoint.mode === 'draining'
      due.add(endpoint.endpointId)
      if (session) {
        if (served && endpoint.gated && endpoint.version === session.version) session.nudge()
        else this.#close(session)
      } else if (served && !endpoint.taken) wanted.push(endpoint)
    }
    for (const session of this.#sessions.values()) {
      if (!due.has(session.gate.endpointId) && session.idle) this.#close(session)
    }
    const next = this.#fewestFirst(wanted).slice(0, Math.min(takenAtOnce, mostSessions - this.#sessions.size))
    if (next.length > 0) await this.#open(next)
    await this.#finishEnded(waiting)
  }

  /** Orders the endpoints that may be served: those first whose workspace has the fewest sessions here. */
  #fewestFirst(wanted: readonly WaitingEndpoint[]): WaitingEndpoint[] {
    const next = new Tally()
    const turns: { endpoint: WaitingEndpoint; turn: number }[] = []
    for (const endpoint of wanted) {
      const { workspaceId } = endpoint
      if (!this.#places.isFreeFor(workspaceId)) continue
      turns.push({ endpoint, turn: this.#places.of(workspaceId) + next.of(workspaceId) })
      next.add(workspaceId, 1)
    }
    return turns.sort((a, b) => a.turn - b.turn).map(({ endpoint }) => endpoint)
  }

  async #open(endpoints: readonly WaitingEndpoint[]): Promise<void> {
    const { hub, pools, targets } = this.#context
    const gates = await takeGates(pools.gates, endpoints, hub.deliveryPolicy.leaseMs)
    const wanted = new Map<string, string[]>()
    const versions = new Map(endpoints.map(endpoint => [endpoint.endpointId, endpoint.version!]))
    for (const { endpointId, workspaceId } of gates) {
      if ((targets.get(endpointId)?.version ?? -1) >= versions.get(endpointId)!) continue
      wanted.set(workspaceId, [...(wanted.get(workspaceId) ?? []), endpointId])
    }
    for (const [workspaceId, ids] of wanted) await targets.load(workspaceId, ids)
    await Promise.all(gates.map(gate => this.#serve(gate)))
  }

  async #serve(gate: Gate): Promise<void> {
    const { pools, targets, running, hub } = this.#context
    const target = targets.get(gate.endpointId)
    if (!target || !running()) return releaseGate(pools.gates, gate)
    const session = new GatedSession(this.#context, gate, target, () => this.#forget(session))
    this.#sessions.set(gate.endpointId, session)
    this.#places.take(gate.workspaceId)
    this.#keeper.keep(session)
    try {
      await session.prepare()
    } catch (error) {
      hub.log.warn({ err: error, endpointId: gate.endpointId }, 'a gate could not be served')
      return this.#close(session)
    }
    if (target.gated) session.nudge()
    else this.#close(session, true)
  }

  /** Frees the gates during a network outage, so that the probes of the network can take them. */
  #closeAll(): void {
    for (const session of this.#sessions.values()) this.#close(session)
  }

  #forget(session: GatedSession): void {
    this.#keeper.drop(session)
    const { endpointId, workspaceId } = session.gate
    if (this.#sessions.get(endpointId) !== session) return
    this.#sessions.delete(endpointId)
    this.#places.giveBack(workspaceId)
  }

  /** Ends a session and gives its gate back. Opens no other session of the endpoint until then. */
  #close(session: GatedSession, wake = false): void {
    if (this.#closing.has(session)) return
    const { hub, pools, waking } = this.#context
    const closed = session
      .close()
      .then(() => releaseGate(pools.gates, { ...session.gate, rateAheadMs: session.rateAheadMs }))
      .catch((error: unknown) => hub.log.warn({ err: error }, 'a gate could not be given back; its lease ends'))
      .finally(() => {
        this.#closing.delete(session)
        if (wake) hub.wake.soon()
        else waking.nudge()
      })
    this.#closing.set(session, closed)
  }

  /** What waits for endpoints that take none any more fails, in its time. */
  async #finishEnded(waiting: readonly WaitingEndpoint[]): Promise<void> {
    if (performance.now() < this.#finishAt) return
    this.#finishAt = performance.now() + finishEveryMs
    for (const endpoint of waiting) {
      if (endpoint.mode === null || endpoint.mode === 'disabled') await finishHeld(this.#context, endpoint)
    }
  }

  noteRecorded(results: readonly Result[], finished: ReadonlySet<string>): void {
    if (this.#sessions.size === 0) return
    for (const { delivery, verdict } of results) {
      // What did not count, because its row was changed by somebody else, is no reason to go on with the line.
      const final = verdict.kind === 'delivered' || verdict.kind === 'failed'
      const undone = final && standsInLine(delivery) && !finished.has(delivery.id)
      this.#sessions.get(delivery.endpointId)?.recorded(delivery, undone ? { kind: 'back', delayMs: 0 } : verdict)
    }
  }

  /** Gives back each gate as soon as its results are recorded, so that another process goes on at once. */
  async giveBack(): Promise<void> {
    await this.#looking
    for (const session of this.#sessions.values()) this.#close(session, true)
    await Promise.all(this.#closing.values())
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#keeper.close()
  }
}
