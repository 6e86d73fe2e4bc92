import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Postgres, removePostgres, startPostgres } from '../../dev/postgres/postgres.ts'
import { isRunning, processTree } from '../../dev/process-tree.mjs'
import { runScript } from './script.ts'

let folder: string
let postgres: Postgres | undefined

// root's own folders, as mkdtemp makes them, are the hard case: Postgres then runs as another user, who cannot get in
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-postgres-'))
})
afterEach(async () => {
  await postgres?.stop()
  postgres = undefined
  await removePostgres(join(folder, 'data'))
  rmSync(folder, { recursive: true, force: true })
})

async function query<T>(server: Postgres, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  try {
    return (await client.query(text)).rows as T[]
  } finally {
    await client.end()
  }
}

const start = async () => (postgres = await startPostgres({ dataDir: join(folder, 'data') }))

it('keeps its data and its password over a stop, and is durable by default', async () => {
  const first = await start()
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const second = await start()
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  expect(new URL(second.url()).password).toBe(new URL(first.url()).password)
  expect(await query(second, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
  expect(await query(second, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
})

it('comes back on the same port with what was committed after SIGKILL', async () => {
  const server = await start()
  await query(server, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const tree = processTree(server.pid)
  expect(tree.length).toBeGreaterThan(3)
  await server.kill()
  expect(tree.filter(isRunning)).toEqual([])
  await expect(query(server, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  await server.start()
  expect(await query(server, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

it('refuses a wrong password', async () => {
  const url = new URL((await start()).url())
  url.password = 'wrong'
  await expect(new pg.Client({ connectionString: url.href }).connect()).rejects.toThrow(
    'password authentication failed',
  )
})

it('starts over the pid file of a process that is not its own', async () => {
  const server = await start()
  await server.kill()
  const [{ data_directory: data } = { data_directory: '' }] = await (async () => {
    await server.start()
    return query<{ data_directory: string }>(server, 'SHOW data_directory')
  })()
  await server.kill()
  writeFileSync(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n`)
  await server.start()
  expect(isRunning(process.pid)).toBe(true)
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

it('leaves no server behind when the process that started it is killed', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(join(process.cwd(), 'dev/postgres/postgres.ts'))})
    const server = await startPostgres({ dataDir: ${JSON.stringify(join(folder, 'data'))} })
    console.log(server.pid)
    process.kill(process.pid, 'SIGKILL')`
  const { output } = await runScript(script)
  const pid = Number(output.trim())
  expect(pid).toBeGreaterThan(1)
  for (let waited = 0; isRunning(pid) && waited < 10_000; waited += 100) await sleep(100)
  expect(isRunning(pid)).toBe(false)
})

it('removes what was placed elsewhere for a folder that is gone', async () => {
  const server = await start()
  const [row] = await query<{ data_directory: string }>(server, 'SHOW data_directory')
  const data = row?.data_directory ?? ''
  await server.kill()
  rmSync(folder, { recursive: true, force: true })
  const other = mkdtempSync(join(tmpdir(), 'causeway-postgres-'))
  const next = await startPostgres({ dataDir: join(other, 'data') })
  expect(existsSync(data)).toBe(false)
  await next.remove()
  rmSync(other, { recursive: true, force: true })
})

it('stops a server that an earlier run left, before it takes the data over', async () => {
  const left = await start()
  await query(left, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const next = await startPostgres({ dataDir: join(folder, 'data') })
  try {
    expect(isRunning(left.pid)).toBe(false)
    expect(await query(next, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  } finally {
    await next.stop()
  }
})
