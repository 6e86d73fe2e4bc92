import pg from 'pg'
import { stack } from './stack.ts'

/**
 * A Temporal namespace that no other test file of this run uses, with the hub's search attributes. The servers' sequence gives
 * each caller the next one, whichever process it is in. Throws when the pool is used up.
 */
export async function claimNamespace(): Promise<{ address: string; namespace: string }> {
  const { postgresUrl, temporalAddress, namespaces } = stack()
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ next: string }>("SELECT nextval('test_namespaces') AS next")
    const namespace = namespaces[Number(rows[0]?.next)]
    if (!namespace)
      throw new Error(`all ${namespaces.length} test namespaces are used: raise namespaceCount in global-setup.ts`)
    return { address: temporalAddress, namespace }
  } finally {
    await client.end()
  }
}
