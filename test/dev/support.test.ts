import pg from 'pg'
import { Connection } from '@temporalio/client'
import { createEmptyDatabase, createTestDatabase } from '../support/database.ts'
import { claimNamespace } from '../support/namespace.ts'
import { stack } from '../support/stack.ts'

async function tables(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return (await client.query<{ tablename: string }>(query)).rows.map(row => row.tablename)
  } finally {
    await client.end()
  }
}

it('gives each caller a migrated database of its own', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()])
  expect(one.url).not.toBe(two.url)
  expect(await tables(one.url)).toContain('workspaces')
  expect(await tables(two.url)).toEqual(expect.arrayContaining(await tables(one.url)))
  await one.drop()
  await expect(tables(one.url)).rejects.toThrow('does not exist')
})

it('gives an empty database for migrations', async () => {
  const empty = await createEmptyDatabase()
  expect(await tables(empty.url)).toEqual([])
  await empty.drop()
})

it('gives each caller a namespace of its own, with the search attributes of the hub', async () => {
  const claims = await Promise.all([claimNamespace(), claimNamespace(), claimNamespace()])
  expect(new Set(claims.map(claim => claim.namespace)).size).toBe(3)
  const connection = await Connection.connect({ address: stack().temporalAddress })
  for (const { namespace } of claims) {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['Workspace', 'Attention']))
  }
  await connection.close()
})

it('has a sandbox', async () => {
  expect(await stack().sandbox.health()).toEqual({ ok: true })
})
