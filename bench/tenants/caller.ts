import { Pool } from 'undici'

// The noisy side of a case, a process of its own: one call again and again over so many connections, until told to stop.

/** What to call. `{n}` in the body stands for the number of the call. */
export interface CallRun {
  url: string
  apiKey: string
  method: 'GET' | 'POST'
  path: string
  body?: string
  connections: number
}

/** What the calls came to. */
export interface CallReport {
  seconds: number
  /** Answers by their status. */
  statuses: Record<string, number>
}

let stopped = false
const statuses: Record<string, number> = {}

async function run({ url, apiKey, method, path, body, connections }: CallRun): Promise<CallReport> {
  const pool = new Pool(url, { connections, bodyTimeout: 60_000, headersTimeout: 60_000 })
  const headers = {
    authorization: `Bearer ${apiKey}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const startedAt = Date.now()
  let calls = 0
  const calling = async () => {
    while (!stopped) {
      const text = body?.replaceAll('{n}', String(calls++)) ?? null
      const answer = await pool.request({ path, method, headers, body: text })
      await answer.body.dump()
      statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: connections }, calling))
  await pool.close()
  return { seconds: (Date.now() - startedAt) / 1_000, statuses }
}

process.on('message', (message: CallRun | { stop: true }) => {
  if ('stop' in message) stopped = true
  else void run(message).then(report => process.send?.(report))
})
process.send?.('up')

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
