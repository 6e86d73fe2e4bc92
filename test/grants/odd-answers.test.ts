import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exchangeCode, refreshTokens } from './calls.ts'
import { TokenError } from '../../src/grants/answers/token-error.ts'
import { createOutgoing } from '../../src/outgoing/agent.ts'
import { quickbooks } from '../../src/catalogue/platforms/quickbooks/index.ts'
import { oddFailures, oddSuccesses, type OddAnswer } from './answers.ts'

let answer: OddAnswer
const server = createServer((req, res) => {
  req.resume().on('end', () => res.writeHead(answer.status, answer.headers).end(answer.body))
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const outgoing = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await outgoing.close()
})

const method = quickbooks.auth[0]!
const app = {
  clientId: 'id',
  clientSecret: 'secret',
  baseUrls: { [new URL(method.token).origin]: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
}
const limits = { timeoutMs: 5_000 }
const calls = {
  exchange: () => exchangeCode(outgoing, method, app, { code: 'c', verifier: 'v', redirectUri: 'https://h/' }, limits),
  refresh: () => refreshTokens(outgoing, method, app, 'rt', limits),
}

describe.each(Object.entries(calls))('an odd answer to an %s', (_, call) => {
  it('loses no token, whatever stands beside it', async () => {
    for (const odd of oddSuccesses(400, turn => `at-${turn}`)) {
      answer = odd
      const grant = await call().catch((error: unknown) => error)
      if (odd.expected.kind !== 'grant') throw new Error('not a success')
      const { lifeMs, refreshToken, scopes } = odd.expected
      expect({ name: odd.name, body: odd.body, grant }).toMatchObject({
        grant: { accessToken: `at-${odd.name.split(':')[0]}`, refreshToken, scopes },
      })
      const { expiresInMs = 3_600_000 } = grant as { expiresInMs?: number }
      // Half a second: an instant is written in whole seconds.
      expect([odd.body, Math.abs(expiresInMs - lifeMs) < 1_500]).toEqual([odd.body, true])
    }
  })

  it('is a verdict when it says so, and an outage otherwise', async () => {
    for (const odd of oddFailures()) {
      answer = odd
      const error = await call().catch((caught: unknown) => caught)
      expect([odd.name, error instanceof TokenError && error.failure]).toEqual([
        odd.name,
        odd.expected.kind === 'failure' && odd.expected.failure,
      ])
    }
  })
})
