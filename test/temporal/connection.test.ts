import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../dev/processes/ports.ts'
import { connectTemporal } from '../../src/temporal/connection.ts'

/** Keeps the process from running its timers. */
const standStill = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until;);
}

it('is closed without an error while calls are being tried again, however late the timers are', async () => {
  const failures: unknown[] = []
  const note = (error: unknown) => failures.push(error)
  process.on('uncaughtException', note)
  try {
    for (const afterMs of [20, 150]) {
      const client = connectTemporal({
        ...{ address: `127.0.0.1:${await freePort()}`, namespace: 'none', tls: false, apiKey: undefined },
      })
      const calls = Promise.allSettled(
        Array.from({ length: 5 }, (_, n) => client.workflow.getHandle(`workflow-${n}`).describe()),
      )
      await sleep(afterMs)
      // What was to be tried again is overdue by then, and still will be.
      standStill(1_200)
      await client.connection.close()
      expect((await calls).map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    }
    await sleep(1_500)
  } finally {
    process.off('uncaughtException', note)
  }
  expect(failures).toEqual([])
})
