import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { removePostgres } from '../../dev/postgres/postgres.ts'
import { isRunning } from '../../dev/process-tree.mjs'
import { type Stack, startStack } from '../../dev/stack.ts'
import { connectQuickbooks } from './sandbox/account.ts'
import { runScript } from './script.ts'

let folder: string
let stack: Stack | undefined
const home = () => join(folder, 'home')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-stack-'))
})
afterEach(async () => {
  await stack?.stop()
  stack = undefined
  await removePostgres(join(home(), 'postgres')) // also what it keeps elsewhere
  rmSync(folder, { recursive: true, force: true })
})

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as unknown[]
  } finally {
    await client.end()
  }
}

const pidsOf = (running: Stack) => [running.postgres.pid, running.temporal.pid ?? 0, running.sandbox.pid]

it('keeps data, secrets and ports for the next start, until a fresh one', async () => {
  stack = await startStack({ home: home() })
  const { secrets, databaseUrl, environment } = stack
  await query(databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const company = await connectQuickbooks(stack.sandbox.url)
  expect(await stack.port('api', 18080)).toBe(await stack.port('api', 18080))
  const pids = pidsOf(stack)
  await stack.stop()
  expect(pids.filter(isRunning)).toEqual([])

  stack = await startStack({ home: home() })
  expect(stack.secrets).toEqual(secrets)
  expect(stack.environment).toEqual(environment)
  expect(await query(stack.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  expect((await company.get('companyinfo/1')).status).toBe(200)
  expect(statSync(join(home(), 'secrets.json')).mode & 0o077).toBe(0)
  await stack.stop()

  stack = await startStack({ home: home(), fresh: true })
  expect(stack.secrets).not.toEqual(secrets)
  await expect(query(stack.databaseUrl, 'SELECT answer FROM kept')).rejects.toThrow('does not exist')
})

it('refuses a second start on the same home', async () => {
  stack = await startStack({ home: home() })
  const { output } = await runScript(`
    const { startStack } = await import(${JSON.stringify(join(process.cwd(), 'dev/stack.ts'))})
    await startStack({ home: ${JSON.stringify(home())} }).catch(error => console.log(error.message))`)
  expect(output).toContain(`in use by process ${process.pid}`)
  expect(pidsOf(stack).every(isRunning)).toBe(true)
})

it('runs processes with its environment, restarts them, and leaves none', async () => {
  stack = await startStack({ home: home() })
  const script = join(folder, 'process.ts')
  writeFileSync(
    script,
    "setInterval(() => {}, 1000); console.log('database', process.env['DATABASE_URL'], process.env['EXTRA'])",
  )
  const running = await stack.spawnProcess('part', script, { EXTRA: 'more' })
  const log = () => readFileSync(running.logFile, 'utf8')
  for (let waited = 0; !log().includes('database') && waited < 5000; waited += 50)
    await new Promise(resolve => setTimeout(resolve, 50))
  expect(log()).toContain(`database ${stack.databaseUrl} more`)
  const before = running.pid
  await running.kill()
  expect(await running.exited).toBe('SIGKILL')
  await running.restart()
  expect(running.pid).not.toBe(before)
  expect(running.running).toBe(true)
  const last = running.pid
  await stack.stop()
  stack = undefined
  expect(isRunning(last)).toBe(false)
})
