// usage: npm run fuzz [-- --calls N] [--processes N] [--seed N]. Sends generated calls to an embedded hub, in the name of a workspace
// and of its operator, and exits with 0 only if no answer was a 5xx and none contradicts the API's own description.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createApi } from '../demo/api.ts'
import { pythonWithSchemathesis } from './fuzz-python.ts'
import { reasonFor, type Finding } from './fuzz-pedantry.ts'
import { startProduct } from '../product.ts'
import { onStopRequest } from '../signals.ts'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    processes: { type: 'string', default: String(Math.max(2, availableParallelism())) },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const calls = Number(values.calls)
const processes = Number(values.processes)
const seed = Number(values.seed)

/** What would end the run itself, or call real platforms. */
const left = ['deleteApiKey', 'createConnection']

interface Outcome {
  calls: number
  statuses: Record<string, number>
}

/** By what they are, each at its first sight. */
const findings = new Map<string, Finding>()
const script = join(dirname(dirname(import.meta.dirname)), 'test', 'fuzz', 'worker.py')
const folder = mkdtempSync(join(tmpdir(), 'causeway-fuzz-'))
const python = await pythonWithSchemathesis(line => console.log(line))
console.log('Causeway is starting…')
const product = await startProduct({ home: folder, usualPorts: false })
const stopping = new AbortController()
onStopRequest(() => stopping.abort())
let isGood = false
try {
  isGood = await run()
} finally {
  await product.stack.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(isGood ? 0 : 1)

async function run(): Promise<boolean> {
  const { apiUrl, stack } = product
  const admin = createApi(apiUrl, stack.secrets.adminKey)
  const made = await admin.post<{ apiKey: { secret: string } }>('/v1/workspaces', { name: 'Fuzzed' })
  const ids = await connectStripe(made.apiKey.secret)
  const document = join(folder, 'openapi.json')
  writeFileSync(document, await (await fetch(`${apiUrl}/openapi.json`)).text())
  const common = { url: apiUrl, document, processes, except: left, ids, batch: 40, seconds: 86_400 }
  const share = Math.ceil((calls * 0.95) / processes)
  const shares = [
    ...Array.from({ length: processes }, (_, process) => ({
      key: made.apiKey.secret,
      admin: false,
      process,
      calls: share,
    })),
    { key: stack.secrets.adminKey, admin: true, process: 0, processes: 1, calls: calls - share * processes },
  ].filter(one => one.calls > 0)
  const startedAt = Date.now()
  console.log(`${calls} calls by ${shares.length} processes, seed ${seed}`)
  const outcomes = await Promise.all(shares.map((one, index) => fuzz({ ...common, ...one, seed: seed + index })))
  return report(outcomes, (Date.now() - startedAt) / 1000)
}

/** An account in the sandbox, so that syncs have something to work with. */
async function connectStripe(key: string): Promise<string[]> {
  const api = createApi(product.apiUrl, key)
  const app = await api.post<{ id: string }>('/v1/provider-apps', {
    provider: 'stripe',
    name: 'Sandbox',
    webhookSecret: 'a-secret-of-the-sandbox',
    baseUrls: { 'https://api.stripe.com': `${product.stack.sandbox.url}/stripe` },
  })
  const { connection } = await api.post<{ connection: { id: string } }>('/v1/connections', {
    provider: 'stripe',
    providerAppId: app.id,
    credentials: { apiKey: 'sk_test_causewaySandboxKeyOne' },
  })
  return [connection.id, app.id]
}

function fuzz(share: Record<string, unknown>): Promise<Outcome> {
  const child = spawn(python, [script, JSON.stringify(share)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: stopping.signal,
  })
  return new Promise((resolve, reject) => {
    let outcome: Outcome | undefined
    createInterface({ input: child.stdout }).on('line', line => {
      const said = JSON.parse(line) as { finding?: Finding; trouble?: string; done?: Outcome }
      if (said.done) outcome = said.done
      if (said.trouble !== undefined)
        note({ check: 'Trouble', operation: said.trouble.split(' ').slice(0, 2).join(' '), detail: said.trouble })
      if (said.finding) note(said.finding)
    })
    child.once('error', reject)
    child.once('close', code =>
      outcome ? resolve(outcome) : reject(new Error(`a fuzzing process ended with ${code}`)),
    )
  })
}

function note(finding: Finding): void {
  const name = [finding.check, finding.operation, finding.status, finding.code, ...(finding.words ?? [])].join(' ')
  if (findings.has(name)) return
  findings.set(name, finding)
  if (reasonFor(finding) === undefined) console.log(`\n${name}\n${JSON.stringify(finding, null, 2)}`)
}

function report(outcomes: Outcome[], seconds: number): boolean {
  const statuses: Record<string, number> = {}
  for (const outcome of outcomes) {
    for (const [status, count] of Object.entries(outcome.statuses)) statuses[status] = (statuses[status] ?? 0) + count
  }
  const made = outcomes.reduce((sum, outcome) => sum + outcome.calls, 0)
  const wrong = [...findings.values()].filter(finding => reasonFor(finding) === undefined)
  const counts = Object.entries(statuses)
    .sort()
    .map(([status, count]) => `${count} × ${status}`)
  console.log(
    `\n${made} calls in ${(seconds / 60).toFixed(1)} minutes (${Math.round(made / seconds)} a second): ${counts.join(', ')}`,
  )
  const reasons = Map.groupBy([...findings.values()], finding => reasonFor(finding))
  for (const [reason, of] of reasons)
    if (reason !== undefined) console.log(`  ${of.length} kinds left aside: ${reason}`)
  console.log(`${statuses['5xx'] ?? 0} answers were 5xx, ${wrong.length} kinds of findings`)
  return (statuses['5xx'] ?? 0) === 0 && wrong.length === 0 && made >= calls
}
