import { Pool } from 'undici'
import { webhookOf } from './signed-webhook.ts'

// A platform that sends signed webhooks as fast as they are answered, a process of its own, until it has sent all of them.

/** What to send. */
export interface WebhookRun {
  url: string
  path: string
  secret: string
  realmId: string
  count: number
  connections: number
}

async function send(run: WebhookRun): Promise<{ accepted: number; refused: number; seconds: number }> {
  const pool = new Pool(run.url, { connections: run.connections })
  const startedAt = Date.now()
  let [next, accepted, refused] = [0, 0, 0]
  const sending = async () => {
    while (next < run.count) {
      const { body, headers } = webhookOf(run, `noise-${process.pid}-${next++}`)
      const answer = await pool.request({ path: run.path, method: 'POST', headers, body })
      await answer.body.dump()
      if (answer.statusCode === 202) accepted++
      else refused++
    }
  }
  await Promise.all(Array.from({ length: run.connections }, sending))
  await pool.close()
  return { accepted, refused, seconds: (Date.now() - startedAt) / 1_000 }
}

process.on('message', (run: WebhookRun) => void send(run).then(report => process.send?.(report)))
process.send?.('up')

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
