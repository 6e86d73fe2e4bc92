import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../src/calls/send.ts'
import { createOutgoing } from '../../src/outgoing/agent.ts'

/** A platform in a process of its own, as this one is to stand still: it answers after so long. */
const platform = spawn(process.execPath, [
  '--eval',
  `require('node:http').createServer((request, response) => {
     setTimeout(() => response.end('{"access_token":"at"}'), Number(request.url.slice(1)))
   }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`,
])
const outgoing = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
let url = ''

beforeAll(async () => {
  const [port] = (await once(platform.stdout, 'data')) as [Buffer]
  url = `http://127.0.0.1:${String(port).trim()}`
})
afterAll(async () => {
  platform.kill()
  await outgoing.close()
})

/** Among what comes from files and sockets, where a busy process mostly is: behind it the clocks strike, then sockets are read. */
async function standStill(ms: number): Promise<void> {
  await stat(import.meta.filename)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
const asked = (answersAfterMs: number, timeoutMs: number) =>
  send(outgoing, { method: 'POST', url: `${url}/${answersAfterMs}`, headers: {}, timeoutMs, maxBytes: 1_000 })

it('takes an answer that came in time while this process stood still beyond its time limit', async () => {
  await asked(0, 10_000)
  const answering = asked(300, 2_000)
  await sleep(100)
  await standStill(2_500)
  expect((await answering).body.toString()).toBe('{"access_token":"at"}')
})

it('ends a call whose answer had not come by then', async () => {
  const answering = asked(60_000, 500)
  await sleep(100)
  await standStill(1_000)
  await expect(answering).rejects.toMatchObject({ reason: 'timeout', sent: true })
})
