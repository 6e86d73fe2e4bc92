import { Pool } from 'undici'

// The publishing side of a benchmark, a process of its own: 32 publishers, or a steady rate.

/** What one run publishes. */
export interface PublishRun {
  url: string
  apiKey: string
  type: string
  /** Events in each call. */
  bulk: number
  publishers: number
  seconds: number
  /** Calls a second in all; as fast as they are answered when absent. */
  rate?: number
  /** Bytes of filling in each event: 300 when absent, which makes one of 0.4 KB. */
  padBytes?: number
  /** The number of the first event. */
  from: number
}

export interface PublishReport {
  done: true
  published: number
  refused: number
  startedAt: number
  endedAt: number
}

let paused = false
let published = 0

async function run(options: PublishRun): Promise<PublishReport> {
  const { url, apiKey, type, bulk, publishers, seconds, rate, from, padBytes = 300 } = options
  const pad = 'x'.repeat(padBytes)
  const pool = new Pool(url, { connections: publishers })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
  const startedAt = Date.now()
  const endsAt = startedAt + seconds * 1_000
  let [next, calls, refused] = [from, 0, 0]
  published = 0
  const event = () => ({ type, data: { seq: next++, at: Date.now(), pad } })
  const publishing = async () => {
    while (Date.now() < endsAt) {
      if (rate !== undefined) {
        const dueAt = startedAt + (calls++ * 1_000) / rate
        if (dueAt >= endsAt) break
        const waitMs = dueAt - Date.now()
        if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
      }
      while (paused) await new Promise(resolve => setTimeout(resolve, 5))
      const body = JSON.stringify(bulk === 1 ? event() : { events: Array.from({ length: bulk }, event) })
      const answer = await pool.request({ path: '/v1/events', method: 'POST', headers, body })
      await answer.body.dump()
      if (answer.statusCode === 202) published += bulk
      else refused += bulk
    }
  }
  await Promise.all(Array.from({ length: publishers }, publishing))
  await pool.close()
  return { done: true, published, refused, startedAt, endedAt: Date.now() }
}

process.on('message', (message: PublishRun | { paused: boolean }) => {
  if ('paused' in message) {
    paused = message.paused
    process.send?.({ published })
  } else void run(message).then(report => process.send?.(report))
})
process.send?.('up')

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
