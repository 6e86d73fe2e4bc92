import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Receiver } from '../../dev/receiver/receiver.ts'
import type { Answer, AnyBody, TestWorkspace } from '../support/hub.ts'

const perCall = 10
const pauseMs = 40

/** Publishes without a rest, as a careful client does. */
export interface Publisher {
  /** The webhook ids of every event that was answered 202. */
  readonly accepted: ReadonlySet<string>
  /** What was answered instead of a 202. */
  readonly refusals: readonly Answer<AnyBody>[]
  /** Ends when everything is accepted that was begun. */
  stop(): Promise<void>
  /** Ends at once, as a client does that dies. */
  abandon(): void
}

/**
 * Publishes ten events a call on a few connections at a time. A call that is not answered 202 is made again, with the same event ids,
 * until it is: what a crash committed without an answer must not be published twice.
 */
export function startPublisher(workspace: TestWorkspace, type: string, clients = 3): Publisher {
  const accepted = new Set<string>()
  const refusals: Answer<AnyBody>[] = []
  let [stopped, abandoned] = [false, false]

  async function publishOnce(events: unknown[]): Promise<boolean> {
    const answer = await workspace.request('POST', '/v1/events', { events }).catch(() => undefined)
    if (answer?.status === 202) {
      for (const { id } of answer.body.data) accepted.add(id as string)
      return true
    }
    if (answer) refusals.push(answer)
    return false
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const events = Array.from({ length: perCall }, (_, number) => ({
        ...{ type, data: { number }, eventId: randomBytes(9).toString('base64url') },
      }))
      while (!(await publishOnce(events)) && !abandoned) await sleep(200)
      await sleep(pauseMs)
    }
  }
  const running = Array.from({ length: clients }, run)
  return {
    accepted,
    refusals,
    async stop() {
      stopped = true
      await Promise.all(running)
    },
    abandon() {
      stopped = abandoned = true
    },
  }
}

/** An endpoint at a hook of the receiver, for one type of events; and what arrived there and was answered well. */
export async function createHook(workspace: TestWorkspace, receiver: Receiver, type: string) {
  const hook = receiver.hook(type.replaceAll('.', '-'))
  const made = await workspace.request<{ id: string; secret: string }>('POST', '/v1/endpoints', {
    ...{ url: hook.url, eventTypes: [type] },
  })
  if (made.status !== 201) throw new Error(`the endpoint was not made: ${JSON.stringify(made.body)}`)
  hook.verifyWith(made.body.secret)
  return {
    hook,
    endpointId: made.body.id,
    arrived: () =>
      new Set(
        hook
          .arrivals()
          .filter(({ status, verified }) => status === 200 && verified === true)
          .map(({ id }) => id),
      ),
  }
}
