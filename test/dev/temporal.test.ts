import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common'
import { isRunning } from '../../dev/process-tree.mjs'
import { type Temporal, startTemporal } from '../../dev/temporal/temporal.ts'

const tenant = defineSearchAttributeKey('Tenant', 'KEYWORD')
let folder: string
let server: Temporal

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-temporal-'))
  const env = { ...process.env }
  delete env['TEMPORAL_ADDRESS']
  server = await startTemporal({
    env,
    dataFile: join(folder, 'temporal.db'),
    namespaces: ['one', 'two'],
    searchAttributes: { Tenant: 'Keyword' },
  })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function withClient<T>(namespace: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address })
  try {
    return await work(new Client({ connection, namespace }))
  } finally {
    await connection.close()
  }
}

it.each(['one', 'two'])('has the search attributes in namespace %s', async namespace => {
  await withClient(namespace, async client => {
    await client.workflow.start('nobodyRuns', {
      workflowId: `in-${namespace}`,
      taskQueue: 'none',
      typedSearchAttributes: new TypedSearchAttributes([{ key: tenant, value: 'a' }]),
    })
    for (let tries = 0; tries < 50; tries++) {
      if ((await client.workflow.count("Tenant = 'a'")).count === 1) return
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    throw new Error('the workflow was not found by its search attribute')
  })
})

it('keeps running workflows over SIGKILL, on the same address', async () => {
  await withClient('one', client => client.workflow.start('nobodyRuns', { workflowId: 'survivor', taskQueue: 'none' }))
  const pid = server.pid as number
  await server.kill()
  expect(isRunning(pid)).toBe(false)
  await server.start()
  const { status } = await withClient('one', client => client.workflow.getHandle('survivor').describe())
  expect(status.name).toBe('RUNNING')
})

it('prepares a server of somebody else, and does not stop it', async () => {
  const other = await startTemporal({
    env: { TEMPORAL_ADDRESS: server.address },
    namespaces: ['two', 'three'],
    searchAttributes: { Tenant: 'Keyword', Extra: 'Bool' },
  })
  expect([other.address, other.pid]).toEqual([server.address, undefined])
  await other.stop()
  await expect(other.kill()).rejects.toThrow('not ours')
  await withClient('three', async client => {
    const known = await client.connection.operatorService.listSearchAttributes({ namespace: 'three' })
    expect(Object.keys(known.customAttributes ?? {})).toEqual(expect.arrayContaining(['Tenant', 'Extra']))
  })
})
