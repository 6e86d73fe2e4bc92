import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { webhookOf } from '../tenants/signed-webhook.ts'

// A platform that sends signed webhooks, a process of its own: so many a second, or as fast as they are answered.

/** What to send, one item in each. */
export interface SenderRun {
  url: string
  path: string
  secret: string
  /** The accounts that they are about, in turn. */
  realmIds: string[]
  count: number
  connections: number
  /** What the ids of their items begin with. */
  word: string
  /** As fast as they are answered unless given. */
  perSecond?: number
}

export interface SenderReport {
  accepted: number
  refused: number
  seconds: number
  /** From when each was to be sent until it was answered, in milliseconds. */
  times: number[]
}

async function send(run: SenderRun): Promise<SenderReport> {
  const pool = new Pool(run.url, { connections: run.connections })
  const startedAt = performance.now()
  const report: SenderReport = { accepted: 0, refused: 0, seconds: 0, times: [] }
  const one = async (n: number, dueAt: number) => {
    const sender = { realmId: run.realmIds[n % run.realmIds.length]!, secret: run.secret }
    const { body, headers } = webhookOf(sender, `${run.word}-${n}`)
    const answer = await pool.request({ path: run.path, method: 'POST', headers, body })
    await answer.body.dump()
    if (answer.statusCode === 202) report.accepted++
    else report.refused++
    report.times.push(performance.now() - dueAt)
  }
  if (run.perSecond === undefined) {
    let next = 0
    const sending = async () => {
      while (next < run.count) await one(next++, performance.now())
    }
    await Promise.all(Array.from({ length: run.connections }, sending))
  } else {
    const everyMs = 1_000 / run.perSecond
    const sent: Promise<void>[] = []
    for (let n = 0; n < run.count; n++) {
      const dueAt = startedAt + n * everyMs
      const early = dueAt - performance.now()
      if (early > 1) await sleep(early)
      sent.push(one(n, dueAt))
    }
    await Promise.all(sent)
  }
  report.seconds = (performance.now() - startedAt) / 1_000
  await pool.close()
  return report
}

process.on('message', (run: SenderRun) => void send(run).then(report => process.send?.(report)))
process.send?.('up')

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
