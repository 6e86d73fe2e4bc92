import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../../dev/postgres/postgres.ts'
import { startSandboxProcess } from '../../dev/sandbox/process.ts'
import { startTemporal } from '../../dev/temporal/temporal.ts'
import { watchFolder } from '../../dev/watchdog.ts'
import { searchAttributeTypes } from '../../src/temporal/contract.ts'
import { quickestFolder } from './folders.ts'
import { bundleFile, type RunningStack, stackFileVariable } from './stack.ts'
import { stopOnTeardown } from './global-teardown.ts'

/** More than all test files ask for together: each time one of its own. */
const namespaceCount = 288

/** Starts one Postgres, one Temporal server and one sandbox for the whole run; how to reach them is in a file named by the environment. */
export default async function globalSetup(): Promise<void> {
  const folder = mkdtempSync(join(quickestFolder(), 'causeway-test-'))
  chmodSync(folder, 0o755) // Postgres may run as another user
  watchFolder(folder)
  const namespaces = Array.from({ length: namespaceCount }, (_, index) => `test-${index}`)
  const [postgres, temporal, sandbox] = await Promise.all([
    startPostgres({
      dataDir: join(folder, 'postgres'),
      // speed over safety: this data is thrown away
      settings: {
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        shared_buffers: '128MB',
        max_wal_size: '512MB',
      },
    }),
    startTemporal({ namespaces, searchAttributes: searchAttributeTypes, logFile: join(folder, 'temporal.log') }),
    startSandboxProcess({ logFile: join(folder, 'sandbox.log') }),
    promisify(execFile)(process.execPath, [join('workers', 'build-bundle.ts'), join(folder, bundleFile)]),
  ])
  const client = new pg.Client({ connectionString: postgres.url() })
  await client.connect()
  await client.query('CREATE SEQUENCE test_namespaces MINVALUE 0 START 0')
  await client.query('CREATE TABLE test_databases (name text PRIMARY KEY, pid int NOT NULL, test_file text NOT NULL)')
  await client.end()
  const running: RunningStack = {
    postgresUrl: postgres.url(),
    temporalAddress: temporal.address,
    namespaces,
    sandboxUrl: sandbox.url,
  }
  const file = join(folder, 'stack.json')
  writeFileSync(file, JSON.stringify(running), { mode: 0o600 })
  process.env[stackFileVariable] = file
  stopOnTeardown(folder, [sandbox, temporal, postgres])
}
