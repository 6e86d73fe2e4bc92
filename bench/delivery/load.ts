import { setTimeout as sleep } from 'node:timers/promises'
import type { PublishReport, PublishRun } from '../publisher.ts'
import { answerOf, type Scene } from './scene.ts'

const publishers = 32
/** More than this under way, and the publishers wait: a rate that holds, not a burst into the queue. */
const mostUnderWay = 20_000
/** When nothing arrived for so long, nothing will. */
const stillMs = 20_000

export interface Counts {
  count: number
  duplicates: number
  lastAt: number
  p50Ms: number
  p99Ms: number
}

export interface Load
  extends Pick<PublishRun, 'bulk' | 'seconds' | 'type'>, Partial<Pick<PublishRun, 'rate' | 'publishers' | 'padBytes'>> {
  /** Endpoints that each event goes to; one when absent. */
  copies?: number
  mostUnderWay?: number
}

let sequence = 0

/** Publishes for so long, and waits until everything arrived. Gives what the publisher and the receiver saw. */
export async function publishAndArrive(scene: Scene, load: Load): Promise<PublishReport & Counts> {
  const { copies = 1, mostUnderWay: most = mostUnderWay, ...publishing } = load
  const ask = async (message: object = {}): Promise<Counts> => {
    const answer = answerOf<Counts>(scene.receiver)
    scene.receiver.send(message)
    return answer
  }
  await ask({ forget: true, distinctBy: copies === 1 ? 'seq' : 'address' })
  const run: PublishRun = { publishers, ...publishing, url: scene.product.apiUrl, apiKey: scene.apiKey, from: sequence }
  let report: PublishReport | undefined
  let published = 0
  const hear = (message: PublishReport | { published: number }) => {
    if ('done' in message) report = message
    published = message.published
  }
  scene.publisher.on('message', hear)
  scene.publisher.send(run)
  sequence += 10_000_000
  let stillFor = 0
  let counts = await ask()
  for (;;) {
    await sleep(report ? 250 : 50)
    const before = counts.count
    // Sorting latencies for every look would be the receiver's main work.
    counts = report ? await ask() : { ...counts, ...(await ask({ countOnly: true })) }
    if (!report) scene.publisher.send({ paused: published * copies - counts.count > most })
    else {
      stillFor = counts.count === before ? stillFor + 250 : 0
      if (counts.count >= report.published * copies || stillFor > stillMs) break
    }
  }
  scene.publisher.off('message', hear)
  if (report.refused > 0) throw new Error(`${report.refused} events were refused`)
  const lost = report.published * copies - counts.count
  if (lost > 0) throw new Error(`${lost} did not arrive; what waits: ${JSON.stringify(await whatWaits(scene))}`)
  return { ...report, ...counts }
}

async function whatWaits(scene: Scene): Promise<unknown> {
  const { rows } = await scene.pool.query(
    `select 'waits' as what, q.held, q.attempts, q.last_error, e.mode, count(*)::int, min(q.due_at) - now() as due,
       min(q.leased_until) - now() as lease
     from delivery_queue q join endpoints e on e.id = q.endpoint_id group by q.held, q.attempts, q.last_error, e.mode
     union all select status, null, attempts, error, reason, count(*)::int, null, null from deliveries
     where status <> 'delivered' group by status, attempts, error, reason limit 20`,
  )
  return rows
}
